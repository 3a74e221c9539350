import Architecture
import Engine
import Foundation
import TestSupport
import Testing

@Suite("Attention")
struct AttentionTests {
  static func options(_ name: String, _ given: [(String, Int)]) throws -> OptionValues {
    let (type, implied) = try Primitives.named(name)
    let values = implied + given.map { (name: $0.0, value: OptionValue.integer($0.1)) }
    return try OptionValues(values, for: type.specification)
  }

  static func primitive(_ dim: Int, _ given: [(String, Int)], as name: String = "attention") throws -> any Primitive {
    let type = try Primitives.named(name).type
    return try type.init(try options(name, given), in: ModelContext(dim: dim, maxLength: 8192))
  }

  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // Projections 2·128·(384 + 128); a query sees 64.5 keys of 128 on average, 2·2·128 FLOPs each.
    let full = try Self.primitive(128, []).costs(time: 128)
    #expect(full == Costs(forwardFLOPs: 131_072 + 512 * 64.5, state: 2 * 128 * 128))
    // With a window of 16 the first 16 queries see 1 … 16 keys, the others 17; only 17 are kept.
    let sliding = try Self.primitive(128, [], as: "sliding-attention").costs(time: 128)
    #expect(sliding == Costs(forwardFLOPs: 131_072 + 512 * (136 + 112 * 17) / 128, state: 2 * 17 * 128))
    // Two key/value heads of eight channels: 128 + 2·16 projected channels.
    let grouped = try Self.primitive(128, [("kv_heads", 2)]).costs(time: 1000)
    #expect(grouped == Costs(forwardFLOPs: 2 * 128 * (160 + 128) + 512 * 500.5, state: 2 * 1000 * 16))
    // A window that is longer than the sequence changes nothing.
    try #expect(Self.primitive(128, [("window", 500)]).costs(time: 128) == full)
  }

  @Test("aliases stand for a window of 16, and options that say nothing are dropped")
  func aliases() throws {
    try #expect(Self.options("mh-attention", []) == Self.options("attention", [("n_heads", 16)]))
    for alias in ["sliding-attention", "mh-sliding-attention"] {
      try #expect(Self.options(alias, []) == Self.options("attention", [("window", 16)]))
    }
    let type = try Primitives.named("attention").type
    for (heads, keyValueHeads, remains) in [(16, 16, false), (4, 4, false), (16, 4, true)] {
      var given = try Self.options("attention", [("heads", heads), ("kv_heads", keyValueHeads)])
      type.simplify(&given)
      #expect((given["kv_heads"] != nil) == remains)
    }
  }

  @Test(
    "heads that do not fit are refused with the reason",
    arguments: [
      (128, [("heads", 12)], "heads must divide the width 128, found 12"),
      (
        48, [("heads", 16)],
        "the rotary embedding needs an even number of channels per head; 16 heads at width 48 have 3"
      ),
      (64, [("heads", 8), ("kv_heads", 3)], "kv_heads must divide heads, which are 8, found 3"),
      (64, [("heads", 8), ("kv_heads", 16)], "kv_heads must divide heads, which are 8, found 16"),
    ])
  func unsuitable(_ dim: Int, _ given: [(String, Int)], _ reason: String) throws {
    #expect(throws: ArchitectureError.unsuitable(primitive: "attention", reason: reason)) {
      try Self.primitive(dim, given)
    }
  }

  @Test("output and every gradient agree with the quadratic formula", arguments: AttentionReference.Shape.all)
  func reference(_ shape: AttentionReference.Shape) throws {
    var given = [("heads", shape.heads), ("kv_heads", shape.keyValueHeads)]
    if let window = shape.window { given.append(("window", window)) }
    let run = LayerRun(try Self.primitive(shape.dim, given), batch: 2, time: shape.time, dim: shape.dim, seed: 3)
    let count = 2 * shape.time * shape.dim
    // Inputs of deviation 3 make weights that differ by orders of magnitude.
    let (x, dy) = (normals(count, seed: 1, deviation: 3), normals(count, seed: 2))
    let expected = AttentionReference(shape, run.weights.mapValues(\.values)).run(
      x.map(Double.init), dy.map(Double.init))
    func differs(_ a: [Float], _ b: [Double], _ name: Comment) {
      #expect(relativeError(a, b.map(Float.init)) < 1e-5, name)
    }
    for sequences in [2, 1] {
      let (y, dx) = run.run(x, dy: dy, sequences: sequences)
      differs(y, expected.y, "y")
      differs(dx, expected.dx, "dx")
      for (name, gradient) in expected.parameters { differs(run.gradients[name]!.values, gradient, "\(name)") }
      let again = run.run(x, dy: dy, sequences: sequences)
      #expect(again.y == y && again.dx == dx, "repeated")
    }
  }

  @Test("scores of any size give finite weights, and only the past counts")
  func extremes() throws {
    let (dim, time) = (32, 150)
    let run = LayerRun(try Self.primitive(dim, [("heads", 4)]), batch: 1, time: time, dim: dim)
    var x = normals(time * dim, seed: 4, deviation: 300)
    let dy = normals(time * dim, seed: 5)
    let (y, dx) = run.run(x, dy: dy)
    #expect((y + dx).allSatisfy { $0.isFinite })
    // One position later than 70 becomes huge: nothing changes up to there, to the last bit.
    for i in 71 * dim..<72 * dim { x[i] *= 1000 }
    #expect(run.forward(x)[..<(71 * dim)] == y[..<(71 * dim)])
  }

  @Test("memory grows linearly with the length, and 4 096 tokens give the formula's output and finite gradients")
  func longSequences() throws {
    let type = try Primitives.named("attention").type
    let layer = LayerPrimitive(type: type, options: try Self.options("attention", [("heads", 4)]))
    let model = try Model(layers: [[layer]], context: ModelContext(dim: 32, maxLength: 8192), vocabulary: 4)
    func bytes(_ time: Int) -> Double {
      let weights = model.makeWeights(seed: 1)
      return Double(
        Network(model, weights: weights, gradients: Buffer(count: weights.count), sequences: 1, time: time).byteCount)
    }
    #expect(bytes(4096) / bytes(2048) < 2.01)
    #expect(bytes(4096) < 4096 * 32 * 4 * 24)

    let (dim, time) = (32, 4096)
    let run = LayerRun(try Self.primitive(dim, [("heads", 4), ("kv_heads", 2)]), batch: 1, time: time, dim: dim)
    let x = normals(time * dim, seed: 6, deviation: 2)
    let (y, dx) = run.run(x, dy: normals(time * dim, seed: 7))
    #expect(dx.allSatisfy { $0.isFinite })
    let shape = AttentionReference.Shape(dim: dim, heads: 4, keyValueHeads: 2, time: time, window: nil)
    let queries = [0, 17, 1023, 2048, 4095]
    let expected = AttentionReference(shape, run.weights.mapValues(\.values)).outputs(x.map(Double.init), at: queries)
    let found = queries.flatMap { y[$0 * dim..<($0 + 1) * dim] }
    #expect(relativeError(found, expected.map(Float.init)) < 1e-5)
  }
}
