import Architecture
import Engine

/// Trains one model: splits each batch over threads and micro-batches, adds the gradients up and updates the weights.
///
/// A micro-batch goes through the whole stack while it is in the cache; each thread has its own gradients. With one
/// thread a training is bit-identical from run to run; more threads change the order of sums, hence the rounding.
public final class Trainer {
  public let model: Model
  public let weights: Buffer
  public let optimizer: AdamW
  public internal(set) var step = 0
  /// Gradients longer than this are scaled down to it (Pascanu et al., arXiv 1211.5063).
  public var clipNorm: Double?
  /// Tensors with learning rates of their own; what is in no group is not trained.
  public var groups: [ParameterGroup]

  let mean: Buffer
  let square: Buffer
  private let threads: [TrainingThread]
  private let microBatch: Int
  private let library: ProductLibrary

  /// The length of every sequence; a curriculum may change it between steps, up to the model's longest.
  public var time: Int { didSet { if time != oldValue { placeNetworks() } } }

  /// - Parameters:
  ///   - time: the length of every sequence.
  ///   - threads: how many threads share a batch.
  ///   - microBatch: about how many positions go through the stack at once; by the second-level cache unless given.
  ///   - library: who multiplies matrices.
  public init(
    _ model: Model, weights: Buffer, optimizer: AdamW = AdamW(), time: Int, threads: Int = 1,
    microBatch: Int = Cache.positions(),
    library: ProductLibrary = .current
  ) {
    BLAS.useOneThread()
    (self.model, self.weights, self.optimizer, self.time) = (model, weights, optimizer, time)
    self.microBatch = microBatch
    self.library = library
    groups = [ParameterGroup(range: 0..<model.tensors.trainedCount)]
    mean = Buffer(count: model.tensors.trainedCount)
    square = Buffer(count: model.tensors.trainedCount)
    self.threads = (0..<max(threads, 1)).map { _ in
      TrainingThread(model, weights: weights, time: time, microBatch, library)
    }
  }

  private func placeNetworks() {
    for thread in threads {
      thread.network = TrainingThread.makeNetwork(
        model, weights, thread.gradients, time: time, microBatch, library)
    }
  }

  /// The memory of weights, gradients, moments and workspaces, in bytes.
  public var byteCount: Int {
    let parts = [weights, mean, square] + threads.map(\.gradients)
    return parts.reduce(0) { $0 + $1.count * 4 } + threads.reduce(0) { $0 + $1.network.byteCount }
  }

  /// One update from a batch of `tokens` and `targets`, both `[sequences, time]`.
  /// - Returns: the mean cross entropy over the targets that count, in nats, before the update. If it or the gradient is
  ///   not finite, nothing is updated and the training has diverged.
  public func train(tokens: [Int32], targets: [Int32], learningRate: Double) -> StepResult {
    let result = gradient(tokens: tokens, targets: targets)
    guard result.isFinite else { return result }
    step += 1
    if let clipNorm, result.gradientNorm > clipNorm {
      let scale = Float(clipNorm / result.gradientNorm)
      let gradients = threads[0].gradients.pointer
      for i in 0..<model.tensors.trainedCount { gradients[i] *= scale }
    }
    let (weights, gradients, mean, square) = (weights, gradients, mean, square)
    let (optimizer, step, groups) = (optimizer, step, groups)
    inRanges { range in
      for group in groups where group.range.overlaps(range) {
        optimizer.update(
          weights.pointer, gradients: gradients.pointer, mean: mean.pointer, square: square.pointer,
          range: group.range.clamped(to: range), learningRate: learningRate * group.rate,
          shrinkage: group.decays ? learningRate * optimizer.weightDecay : 0, step: step)
      }
    }
    return result
  }

  /// The loss of a batch and its gradient, which `gradients` then holds; no update.
  public func gradient(tokens: [Int32], targets: [Int32]) -> StepResult {
    precondition(tokens.count == targets.count && tokens.count.isMultiple(of: time))
    let counted = targets.reduce(0) { $0 + ($1 == CrossEntropy.ignored ? 0 : 1) }
    let scale = Float(1 / Double(max(counted, 1)))
    let loss = run(tokens) { network, pointer, start, sequences in
      targets.withUnsafeBufferPointer {
        network.train(pointer, targets: $0.baseAddress! + start, sequences: sequences, scale: scale)
      }
    }
    return StepResult(loss: loss / Double(max(counted, 1)), gradientNorm: sumGradients().squareRoot())
  }

  /// The gradient of the last batch, laid out as the weights.
  public var gradients: Buffer { threads[0].gradients }

  /// Runs the model over `tokens [sequences, time]` and hands the logits of each position to `body`, which returns a
  /// number; the numbers are added up. `body` runs on several threads.
  public func evaluate(
    tokens: [Int32], _ body: @Sendable (_ position: Int, _ logits: UnsafePointer<Float>) -> Double
  ) -> Double {
    let vocabulary = model.vocabulary
    let time = time
    return run(tokens, training: false) { network, pointer, start, sequences in
      let logits = network.forward(pointer, sequences: sequences)
      return (0..<sequences * time).reduce(0) { $0 + body(start + $1, logits + $1 * vocabulary) }
    }
  }

  /// The mean cross entropy of `tokens` and `targets [sequences, time]`, in nats, without training.
  public func loss(tokens: [Int32], targets: [Int32]) -> Double {
    let vocabulary = model.vocabulary
    let counted = targets.reduce(0) { $0 + ($1 == CrossEntropy.ignored ? 0 : 1) }
    let sum = evaluate(tokens: tokens) { position, logits in
      let target = targets[position]
      return target == CrossEntropy.ignored
        ? 0 : CrossEntropy.loss(logits, target: target, vocabulary: vocabulary)
    }
    return sum / Double(max(counted, 1))
  }

  /// The most likely token at each position of `tokens [sequences, time]` whose target counts, 0 elsewhere.
  public func predict(tokens: [Int32], targets: [Int32]) -> [Int32] {
    let vocabulary = model.vocabulary
    let predictions = TokenBuffer(count: tokens.count)
    _ = evaluate(tokens: tokens) { position, logits in
      if targets[position] != CrossEntropy.ignored {
        predictions.pointer[position] = Int32(truncatingIfNeeded: CrossEntropy.argmax(logits, vocabulary: vocabulary))
      }
      return 0
    }
    return Array(UnsafeBufferPointer(start: predictions.pointer, count: tokens.count))
  }

  /// Runs every micro-batch of `tokens` on the threads; thread t takes every n-th one. Adds up what `body` returns, in a
  /// fixed order.
  private func run(
    _ tokens: [Int32], training: Bool = true,
    _ body: @Sendable (Network, UnsafePointer<Int32>, _ start: Int, _ sequences: Int) -> Double
  ) -> Double {
    let total = tokens.count / time
    // Small batches are cut finer, so that every thread has work.
    let size = min(threads[0].network.sequences, max(1, (total + threads.count - 1) / threads.count))
    let parts = (total + size - 1) / size
    let (threads, time) = (threads, time)
    Parallel.forEach(threads.count) { index in
      let thread = threads[index]
      if training { thread.gradients.fill(0) }
      thread.total = 0
      thread.network.beginStep()
      tokens.withUnsafeBufferPointer { pointer in
        for part in stride(from: index, to: parts, by: threads.count) {
          let first = part * size
          let count = min(size, total - first)
          thread.total += body(thread.network, pointer.baseAddress! + first * time, first * time, count)
        }
      }
      if training { thread.network.endStep() }
    }
    return threads.reduce(0) { $0 + $1.total }
  }

  /// Adds the threads' gradients up in the first one's and returns the sum of their squares.
  private func sumGradients() -> Double {
    let threads = threads
    inRanges { range in
      let sum = threads[0].gradients.pointer
      for other in threads.dropFirst() {
        let addend = other.gradients.pointer
        for i in range { sum[i] += addend[i] }
      }
    }
    let sum = gradients.pointer
    var total = 0.0
    for start in stride(from: 0, to: model.tensors.trainedCount, by: 4096) {
      let count = min(4096, model.tensors.trainedCount - start)
      total += Double(Reduce.dot(sum + start, sum + start, count: count))
    }
    return total
  }

  /// Cuts the flat buffers into one range per thread.
  private func inRanges(_ body: @Sendable (Range<Int>) -> Void) {
    let count = model.tensors.trainedCount
    let share = aligned((count + threads.count - 1) / threads.count)
    Parallel.forEach(threads.count) { body(min($0 * share, count)..<min(($0 + 1) * share, count)) }
  }
}

/// What one training step found.
public struct StepResult: Sendable {
  /// Mean cross entropy in nats.
  public let loss: Double
  /// Euclidean norm of the whole gradient before clipping.
  public let gradientNorm: Double
  public var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
}

/// Tokens that the threads write, each at positions of its own.
private final class TokenBuffer: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Int32>
  init(count: Int) {
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }
  deinit { pointer.deallocate() }
}

/// One thread's network and gradients. Used by one thread at a time; the trainer waits for all between phases.
private final class TrainingThread: @unchecked Sendable {
  let gradients: Buffer
  var network: Network
  var total = 0.0

  init(_ model: Model, weights: Buffer, time: Int, _ microBatch: Int, _ library: ProductLibrary) {
    gradients = Buffer(count: model.tensors.count)
    network = Self.makeNetwork(model, weights, gradients, time: time, microBatch, library)
  }

  static func makeNetwork(
    _ model: Model, _ weights: Buffer, _ gradients: Buffer, time: Int, _ microBatch: Int, _ library: ProductLibrary
  ) -> Network {
    Network(
      model, weights: weights, gradients: gradients, sequences: max(1, microBatch / time), time: time,
      library: library)
  }
}
