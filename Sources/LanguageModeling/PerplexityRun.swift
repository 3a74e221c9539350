import Architecture
import Engine
import Foundation
import Layouts
import Training

/// Trains a layout as a language model on a corpus and measures its loss on the held-out part.
///
/// The windows of a step are drawn from a stream that is keyed by the seed and the step: all layouts see the same ones,
/// and a training that is restored from a checkpoint goes on exactly as it would have.
public final class PerplexityRun {
  public let layout: Layout
  public let plan: PerplexityPlan
  public let corpus: Corpus
  public let model: Model
  private let trainer: Trainer
  private let threads: Int
  private let training: Windows
  /// Windows to test on, on the way and at the end.
  private let sample, heldOut: Windows.Batch
  private var record = Record()

  /// What has been found so far; kept in checkpoints.
  private struct Record: Codable {
    var curve: [PerplexityResult.Point] = []
    /// Of the training loss since the last point.
    var lossSum = 0.0
    var lossCount = 0
    /// Processor time.
    var seconds = 0.0
    /// Time on the clock that steps took.
    var stepSeconds = 0.0
  }

  /// How far a training is.
  public struct Progress: Sendable {
    public let step, steps: Int
    /// Mean training loss since the last test, in nats per byte.
    public let loss: Double
    /// The last test.
    public let point: PerplexityResult.Point?
    /// An estimate.
    public let secondsLeft: Double
  }

  /// - Throws: `LayerError` or `ArchitectureError` if the layout does not fit, `CorpusError` if the corpus is too short,
  ///   `PerplexityError.tooLarge`.
  public init(_ layout: Layout, plan: PerplexityPlan, corpus: Corpus, threads: Int) throws {
    (self.layout, self.plan, self.corpus, self.threads) = (layout, plan, corpus, threads)
    model = try layout.makeModel(dim: plan.dim, vocabulary: PerplexityPlan.vocabulary, maxLength: plan.length)
    let needed = 4 * UInt64(model.tensors.count) * UInt64(3 + threads)
    guard needed <= ProcessInfo.processInfo.physicalMemory else {
      throw PerplexityError.tooLarge(bytes: needed, available: ProcessInfo.processInfo.physicalMemory)
    }
    training = try Windows(corpus, .training, length: plan.length)
    let test = try Windows(corpus, .heldOut, length: plan.length)
    sample = test.spread(max(1, plan.evaluationTokens / plan.length))
    heldOut = test.spread(max(1, plan.finalTokens / plan.length))
    var seeds = RandomStream(seed: plan.seed, "language model", .init(layout.canonical))
    trainer = Trainer(
      model, weights: model.makeWeights(seed: seeds.next(), embeddingDeviation: plan.embeddingDeviation),
      optimizer: plan.optimizer, time: plan.length, threads: threads)
    trainer.clipNorm = plan.clipNorm
    trainer.groups = plan.rateRule.groups(model)
  }

  /// Steps done.
  public var step: Int { trainer.step }

  /// Trains to the end, from wherever the run is.
  /// - Parameters:
  ///   - checkpointEvery: steps between calls of `onCheckpoint`, which is also called when the run stops or ends.
  ///   - shouldStop: asked before every step.
  /// - Returns: `nil` if it was asked to stop.
  /// - Throws: what `onCheckpoint` throws.
  public func run(
    checkpointEvery: Int = .max, onCheckpoint: (Checkpoint) throws -> Void = { _ in },
    shouldStop: () -> Bool = { false }, onProgress: (Progress) -> Void = { _ in }
  ) throws -> PerplexityResult? {
    let clock = Clock(threads: threads, before: record.seconds)
    let schedule = plan.schedule
    let (first, start) = (step, Date())
    var isFinite = true
    while step < plan.steps {
      if shouldStop() {
        record.seconds = clock.seconds
        try onCheckpoint(checkpoint)
        return nil
      }
      let stepStart = Date()
      var random = RandomStream(seed: plan.seed, "windows", .init(step))
      let batch = training.batch(plan.batch, &random)
      let result = trainer.train(
        tokens: batch.tokens, targets: batch.targets, learningRate: schedule.rate(at: step))
      record.stepSeconds += Date().timeIntervalSince(stepStart)
      isFinite = result.isFinite
      guard isFinite else { break }
      record.lossSum += result.loss
      record.lossCount += 1
      let loss = record.lossSum / Double(record.lossCount)
      if step < plan.steps, step >= (record.curve.count + 1) * plan.steps / plan.evaluations {
        isFinite = test(sample, loss, clock)
        guard isFinite else { break }
      }
      record.seconds = clock.seconds
      if step < plan.steps, step.isMultiple(of: checkpointEvery) { try onCheckpoint(checkpoint) }
      let pace = Date().timeIntervalSince(start) / Double(step - first)
      onProgress(
        Progress(
          step: step, steps: plan.steps, loss: loss, point: record.curve.last,
          secondsLeft: pace * Double(plan.steps - step)))
    }
    if isFinite, record.curve.last?.step != plan.steps {
      isFinite = test(heldOut, record.lossSum / Double(max(record.lossCount, 1)), clock)
      record.seconds = clock.seconds
      if isFinite { try onCheckpoint(checkpoint) }
    }
    record.seconds = clock.seconds
    return result(isFinite ? .finished : .diverged)
  }

  /// Adds a point to the curve.
  /// - Returns: false if the loss is not finite.
  private func test(_ batch: Windows.Batch, _ loss: Double, _ clock: Clock) -> Bool {
    let heldOut = trainer.loss(tokens: batch.tokens, targets: batch.targets)
    guard heldOut.isFinite else { return false }
    record.curve.append(.init(step: step, loss: loss, heldOut: heldOut, seconds: clock.seconds))
    (record.lossSum, record.lossCount) = (0, 0)
    return true
  }

  private func result(_ status: PerplexityResult.Status) -> PerplexityResult {
    PerplexityResult(
      layout: layout.canonical, plan: plan, corpus: corpus.name, fingerprint: corpus.fingerprint, status: status,
      parameters: model.parameterCount, trainingFLOPs: model.costs(time: plan.length).trainingFLOPs,
      heldOut: status == .finished ? record.curve.last?.heldOut : nil, heldOutTokens: heldOut.targets.count,
      curve: record.curve, steps: step, seconds: record.seconds,
      tokensPerSecond: Double(step * plan.stepTokens) / max(record.stepSeconds, 1e-9))
  }
}

/// Processor time of a run with the time that it took before it was interrupted.
private struct Clock {
  private let threads: Int
  private let offset: Double

  init(threads: Int, before: Double) {
    self.threads = threads
    offset = before - Self.now(threads)
  }

  var seconds: Double { offset + Self.now(threads) }

  /// With one thread other work of the process does not count.
  private static func now(_ threads: Int) -> Double {
    threads == 1 ? Parallel.threadSeconds : Parallel.processSeconds
  }
}

extension PerplexityRun {
  private static let notes = (layout: "layout", plan: "plan", corpus: "corpus", record: "record")

  /// The state of the run between two steps.
  public var checkpoint: Checkpoint {
    Checkpoint(
      trainer,
      notes: [
        Self.notes.layout: layout.canonical, Self.notes.plan: Self.json(plan),
        Self.notes.corpus: corpus.fingerprint, Self.notes.record: Self.json(record),
      ])
  }

  /// Goes on from a checkpoint of the same training.
  /// - Throws: `Checkpoint.Failure`, and then nothing is changed.
  public func restore(_ checkpoint: Checkpoint) throws(Checkpoint.Failure) {
    let notes = checkpoint.notes
    guard notes[Self.notes.layout] == layout.canonical else {
      throw .mismatch("its layout is '\(notes[Self.notes.layout] ?? "")', this one's is '\(layout)'")
    }
    guard let text = notes[Self.notes.plan], let other = Self.members(text), let own = Self.members(Self.json(plan))
    else { throw .unreadable("it has no plan") }
    if let key = Set(own.keys).union(other.keys).sorted().first(where: { own[$0] != other[$0] }) {
      throw .mismatch("its \(key) is \(other[key] ?? "not given"), this one's is \(own[key] ?? "not given")")
    }
    guard notes[Self.notes.corpus] == corpus.fingerprint else {
      throw .mismatch("its corpus has other content than \(corpus.name)")
    }
    guard let text = notes[Self.notes.record],
      let record = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)), checkpoint.step <= plan.steps
    else { throw .unreadable("it has no record of the training") }
    try checkpoint.restore(trainer)
    self.record = record
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // Every number in it is finite.
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The members of an object as text.
  private static func members(_ json: String) -> [String: String]? {
    let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    return object?.mapValues { "\($0)" }
  }
}
