import Architecture
import Engine
import Layouts
import Testing
import Training

@Suite("Trainer")
struct TrainerTests {
  private static let layout = "attention(heads=4) swiglu mamba|mlp moe-mlp(num_experts=4)"

  private func train(threads: Int, steps: Int, microBatch: Int = 32, clip: Double? = nil) throws -> (
    losses: [Double], weights: [Float]
  ) {
    let model = try Layout(parsing: Self.layout).makeModel(dim: 32, vocabulary: 11, maxLength: 12)
    let weights = model.makeWeights(seed: 5)
    let trainer = Trainer(model, weights: weights, time: 12, threads: threads, microBatch: microBatch)
    trainer.clipNorm = clip
    var random = RandomStream(seed: 1, "trainer test")
    // Seven sequences: neither the micro-batches nor the threads divide them evenly.
    let tokens = (0..<7 * 12).map { _ in Int32(random.integer(below: 11)) }
    let targets = tokens.map { ($0 + 1) % 11 }
    let losses = (0..<steps).map { _ in trainer.train(tokens: tokens, targets: targets, learningRate: 3e-3).loss }
    return (losses, weights.values)
  }

  @Test("with one thread a training is bit-identical from run to run")
  func determinism() throws {
    let (first, second) = (try train(threads: 1, steps: 5), try train(threads: 1, steps: 5))
    #expect(first.losses == second.losses)
    #expect(first.weights == second.weights)
  }

  @Test("threads and micro-batches change results by rounding only", arguments: [(2, 32), (3, 12), (1, 500)])
  func splitting(threads: Int, microBatch: Int) throws {
    let reference = try train(threads: 1, steps: 4)
    let split = try train(threads: threads, steps: 4, microBatch: microBatch)
    for (a, b) in zip(reference.losses, split.losses) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("the loss falls on a learnable task")
  func learning() throws {
    let losses = try train(threads: 1, steps: 120).losses
    #expect(losses[119] < 0.3 * losses[0])
  }

  @Test("clipping bounds the gradient that the update sees")
  func clipping() throws {
    let (free, clipped) = (try train(threads: 1, steps: 3), try train(threads: 1, steps: 3, clip: 1e-3))
    #expect(free.losses[0] == clipped.losses[0])
    #expect(free.weights != clipped.weights)
  }

  @Test("a loss that is not finite updates nothing")
  func divergence() throws {
    let model = try Layout(parsing: "mlp").makeModel(dim: 16, vocabulary: 4, maxLength: 4)
    let weights = model.makeWeights(seed: 1)
    weights.pointer[0] = .infinity
    let before = weights.values
    let trainer = Trainer(model, weights: weights, time: 4)
    let result = trainer.train(tokens: [0, 1, 2, 3], targets: [1, 2, 3, 0], learningRate: 1)
    #expect(!result.isFinite)
    #expect(weights.values == before)
  }

  @Test("ignored targets neither count nor move anything")
  func ignored() throws {
    let model = try Layout(parsing: "mlp").makeModel(dim: 16, vocabulary: 4, maxLength: 4)
    let trainer = Trainer(model, weights: model.makeWeights(seed: 1), time: 4)
    let some = trainer.gradient(tokens: [0, 1, 2, 3], targets: [1, -100, -100, -100]).loss
    let other = trainer.gradient(tokens: [0, 3, 1, 2], targets: [1, -100, -100, -100]).loss
    #expect(abs(some - other) < 1e-6)
    let nothing = trainer.gradient(tokens: [0, 1, 2, 3], targets: [-100, -100, -100, -100])
    #expect(nothing.loss == 0 && nothing.gradientNorm == 0)
  }

  @Test("the loss without training is that of the step")
  func loss() throws {
    let model = try Layout(parsing: Self.layout).makeModel(dim: 32, vocabulary: 11, maxLength: 12)
    let trainer = Trainer(model, weights: model.makeWeights(seed: 1), time: 12)
    let tokens = (0..<60).map { Int32($0 * 7 % 11) }
    let targets = tokens.enumerated().map { $0 % 3 == 0 ? -100 : $1 }
    let loss = trainer.loss(tokens: tokens, targets: targets)
    #expect(abs(loss - trainer.gradient(tokens: tokens, targets: targets).loss) < 1e-5)
  }

  @Test("groups have rates of their own, and what is in none stays")
  func groups() throws {
    let model = try Layout(parsing: "mlp").makeModel(dim: 16, vocabulary: 4, maxLength: 4)
    func train(_ groups: (Range<Int>) -> [ParameterGroup]) -> [Float] {
      let trainer = Trainer(
        model, weights: model.makeWeights(seed: 1), optimizer: AdamW(weightDecay: 0), time: 4)
      trainer.groups = groups(0..<model.tensors.trainedCount)
      _ = trainer.train(tokens: [0, 1, 2, 3], targets: [1, 2, 3, 0], learningRate: 1e-3)
      return trainer.weights.values
    }
    let before = model.makeWeights(seed: 1).values
    let whole = train { [ParameterGroup(range: $0)] }
    let middle = model.tensors.trained[2].offset
    let half = train { [ParameterGroup(range: middle..<$0.upperBound, rate: 0.5)] }
    #expect(Array(half[..<middle]) == Array(before[..<middle]))
    for index in middle..<before.count {
      #expect(abs((half[index] - before[index]) - 0.5 * (whole[index] - before[index])) < 1e-6)
    }
    #expect(whole != before)
  }

  @Test("weight decay is for the groups that have it, and follows the schedule alone")
  func groupDecay() throws {
    let model = try Layout(parsing: "mlp").makeModel(dim: 16, vocabulary: 4, maxLength: 4)
    func train(decay: Double, decays: Bool) -> [Float] {
      let trainer = Trainer(
        model, weights: model.makeWeights(seed: 1), optimizer: AdamW(weightDecay: decay), time: 4)
      trainer.groups = [ParameterGroup(range: 0..<model.tensors.trainedCount, rate: 0.25, decays: decays)]
      _ = trainer.train(tokens: [0, 1, 2, 3], targets: [1, 2, 3, 0], learningRate: 1e-2)
      return trainer.weights.values
    }
    let before = model.makeWeights(seed: 1).values
    let none = train(decay: 0, decays: true)
    #expect(train(decay: 10, decays: false) == none)
    for (index, value) in train(decay: 10, decays: true).enumerated() {
      #expect(abs(value - (none[index] - 0.1 * before[index])) < 1e-6)
    }
  }

  @Test("memory of activations does not grow with the batch")
  func memory() throws {
    let model = try Layout(parsing: Self.layout).makeModel(dim: 32, vocabulary: 11, maxLength: 64)
    let trainer = Trainer(model, weights: model.makeWeights(seed: 1), time: 64)
    let before = trainer.byteCount
    let tokens = [Int32](repeating: 1, count: 64 * 50)
    _ = trainer.train(tokens: tokens, targets: tokens, learningRate: 1e-3)
    #expect(trainer.byteCount == before)
  }
}
