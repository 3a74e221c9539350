import Engine
import Foundation
import Layouts
import TestSupport
import Testing
import Training

@Suite("Checkpoints")
struct CheckpointTests {
  /// Hyena has constants, the others tensors of one to three dimensions.
  private static let layout = "hyena moe-mlp(num_experts=4) mamba"

  private static func trainer(dim: Int = 16, seed: UInt64 = 3) throws -> Trainer {
    let model = try Layout(parsing: layout).makeModel(dim: dim, vocabulary: 7, maxLength: 8)
    return Trainer(model, weights: model.makeWeights(seed: seed), time: 8)
  }

  /// Losses of the steps after those that are done.
  private static func train(_ trainer: Trainer, steps: Int) -> [Double] {
    (0..<steps).map { _ in
      var random = RandomStream(seed: 1, "checkpoint test", .init(trainer.step))
      let tokens = (0..<40).map { _ in Int32(random.integer(below: 7)) }
      return trainer.train(tokens: tokens, targets: tokens.map { ($0 + 3) % 7 }, learningRate: 3e-3).loss
    }
  }

  @Test("a trainer that is restored goes on to the bit")
  func restore() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "c.safetensors")
    let whole = try Self.trainer()
    _ = Self.train(whole, steps: 5)
    try Checkpoint(whole, notes: ["plan": "ä plan"]).write(to: file)
    let losses = Self.train(whole, steps: 5)
    let read = try Checkpoint(contentsOf: file)
    #expect(read.step == 5 && read.notes == ["plan": "ä plan"])
    let other = try Self.trainer(seed: 4)
    _ = Self.train(other, steps: 2)
    try read.restore(other)
    #expect(other.step == 5)
    #expect(Self.train(other, steps: 5) == losses)
    #expect(other.weights.values == whole.weights.values)
  }

  @Test("weights are in the file under the model's names")
  func names() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "c.safetensors")
    let trainer = try Self.trainer()
    try Checkpoint(trainer).write(to: file)
    let tensors = try SafeTensors(contentsOf: file)
    for entry in trainer.model.tensors.all {
      let values = Array(trainer.weights.values[entry.offset..<entry.offset + entry.parameter.count])
      #expect(try tensors.floats(entry.parameter.name) == values)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == ["c.safetensors"])
  }

  @Test("a checkpoint of another model is refused, and the trainer stays as it was")
  func mismatch() throws {
    let (small, large) = (try Self.trainer(), try Self.trainer(dim: 32))
    let before = large.weights.values
    #expect {
      try Checkpoint(small).restore(large)
    } throws: { "\($0)".contains("its tensor 'token_embeds.weight' has the shape [7, 16], the model's has [7, 32]") }
    #expect(large.weights.values == before && large.step == 0)
  }

  @Test("what is no checkpoint is said")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let whole = URL(filePath: try folder.file("whole", []))
    try Checkpoint(try Self.trainer()).write(to: whole)
    let bytes = try Data(contentsOf: whole)
    for damaged in [Data(), Data("hello".utf8), bytes.dropLast(5), try SafeTensors().encoded()] {
      let file = URL(filePath: try folder.file("damaged", damaged))
      #expect {
        try Checkpoint(contentsOf: file)
      } throws: { "\($0)".hasPrefix("not a readable checkpoint: ") }
    }
    #expect {
      try Checkpoint(try Self.trainer()).write(to: URL(filePath: "/nowhere/c.safetensors"))
    } throws: { "\($0)" == "cannot be written: No such file or directory" }
  }
}
