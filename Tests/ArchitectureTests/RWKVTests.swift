import Architecture
import TestSupport
import Testing

@Suite("RWKV-5 and RWKV-6 mixers")
struct RWKVTests {
  static func primitive(
    _ name: String, _ dim: Int, _ options: [(name: String, value: OptionValue)] = []
  ) throws -> any Primitive {
    let (type, _) = try Primitives.named(name)
    return try type.init(
      try OptionValues(options, for: type.specification), in: ModelContext(dim: dim, maxLength: 1024))
  }

  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // 5 projections of 2·128², the scan 5·8·16², the bonus 4·128; state 8·16² and the previous position.
    let five = try Self.primitive("rwkv5-time-mixer", 128).costs(time: 128)
    #expect(five == Costs(forwardFLOPs: 163_840 + 10_240 + 512, state: 2048 + 128))
    // And the low-rank maps: 2·128·160 and back, 2·128·64 and back.
    let six = try Self.primitive("rwkv6-time-mixer", 128).costs(time: 128)
    #expect(six == five + Costs(forwardFLOPs: 81_920 + 32_768, state: 0))
    // Key and value 2·128·512 each, receptance 2·128²; state: the previous position.
    for name in ["rwkv5-channel-mixer", "rwkv6-channel-mixer"] {
      let channel = try Self.primitive(name, 128).costs(time: 64)
      #expect(channel == Costs(forwardFLOPs: 262_144 + 32_768, state: 128))
    }
  }

  @Test("heads that do not divide the width are refused", arguments: ["rwkv5-time-mixer", "rwkv6-time-mixer"])
  func headsDivide(_ name: String) throws {
    #expect(
      throws: ArchitectureError.unsuitable(primitive: name, reason: "head_dim must divide the width 128, found 24")
    ) { try Self.primitive(name, 128, [("head_dim", .integer(24))]) }
  }

  @Test(
    "derivatives of the time mixers agree for heads of any width, around the spans of the scan",
    arguments: ["rwkv5-time-mixer", "rwkv6-time-mixer"],
    [(3, 1, 4), (21, 7, 5), (40, 40, 33), (24, 12, 17), (62, 31, 16), (96, 48, 49), (144, 144, 20)])
  func timeMixer(_ name: String, _ shape: (dim: Int, headDim: Int, time: Int)) throws {
    let primitive = try Self.primitive(name, shape.dim, [("head_dim", .integer(shape.headDim))])
    let run = LayerRun(primitive, batch: 2, time: shape.time, dim: shape.dim, seed: 5)
    // Low-rank maps start at zero; other values show more.
    for (index, tensor) in ["mix_w1", "mix_w2", "decay_w1", "decay_w2"].enumerated() {
      guard let weights = run.weights[tensor] else { continue }
      for (i, value) in normals(weights.count, seed: UInt64(index), deviation: 0.1).enumerated() {
        weights.pointer[i] = value
      }
    }
    let wrong = GradientCheck.mismatches(run, seed: 11)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test(
    "derivatives of the channel mixers agree at odd widths",
    arguments: ["rwkv5-channel-mixer", "rwkv6-channel-mixer"], [(3, 5, 4), (21, 40, 5), (40, 7, 33)])
  func channelMixer(_ name: String, _ shape: (dim: Int, inner: Int, time: Int)) throws {
    let primitive = try Self.primitive(name, shape.dim, [("dim_inner", .integer(shape.inner))])
    let run = LayerRun(primitive, batch: 2, time: shape.time, dim: shape.dim, seed: 5)
    let wrong = GradientCheck.mismatches(run, seed: 11)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("a position sees itself and earlier ones only", arguments: ["rwkv5-time-mixer", "rwkv6-time-mixer"])
  func causal(_ name: String) throws {
    let (time, dim) = (40, 32)
    let run = LayerRun(try Self.primitive(name, dim), batch: 1, time: time, dim: dim)
    var x = normals(time * dim, seed: 3)
    let before = run.forward(x)
    for i in 20 * dim..<21 * dim { x[i] += 1 }
    let after = run.forward(x)
    #expect(before[..<(20 * dim)] == after[..<(20 * dim)])
    #expect(before[(39 * dim)...] != after[(39 * dim)...])
  }

  @Test("states that vanish at once give finite gradients", arguments: ["rwkv5-time-mixer", "rwkv6-time-mixer"])
  func fastDecay(_ name: String) throws {
    let (time, dim) = (40, 32)
    let run = LayerRun(try Self.primitive(name, dim), batch: 1, time: time, dim: dim)
    run.weights["decay"]!.fill(20)
    let (y, dx) = run.run(normals(time * dim, seed: 3), dy: normals(time * dim, seed: 4))
    let isFinite = (y + dx + run.gradients["decay"]!.values).allSatisfy(\.isFinite)
    #expect(isFinite)
  }
}
