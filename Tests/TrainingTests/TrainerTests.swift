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
