import Architecture
import Layouts
import Testing

@Suite("Options for a given state")
struct StateNormalizationTests {
  @Test("mamba has inner·(d_state + d_conv) numbers, and d_state comes first")
  func mamba() throws {
    let primitive = try Layout(parsing: "mamba").layers[0][0]
    let found = try StateNormalization(primitive, nearest: 4096, dim: 128, context: 128)
    #expect(found.given.state == 2048)
    #expect(found.best.primitive.canonical == "mamba(d_state=12)")
    #expect(found.best.state == 4096)
    let options = found.alternatives.map { $0.changes.map { "\($0.name)=\($0.value)" } }
    #expect(options == [["d_state=12"], ["d_conv=12"], ["expand=4"]])
  }

  @Test("a primitive that has the state stays as it is")
  func unchanged() throws {
    let primitive = try Layout(parsing: "mamba(d_state=12)").layers[0][0]
    let found = try StateNormalization(primitive, nearest: 4000, dim: 128, context: 128)
    #expect(found.best.changes.isEmpty)
    #expect(found.best.primitive.canonical == "mamba(d_state=12)")
  }

  @Test("a target beyond what one option can reach takes two")
  func pair() throws {
    let primitive = try Layout(parsing: "mamba").layers[0][0]
    let found = try StateNormalization(primitive, nearest: 128 * 16 * 260, dim: 128, context: 128)
    #expect(found.best.changes.count == 2)
    #expect(abs(found.best.state - 532_480) < 532_480 / 20)
    let hopeless = try StateNormalization(primitive, nearest: 1_000_000_000_000, dim: 128, context: 128)
    #expect(hopeless.best.state <= 128 * 16 * 320)
  }

  @Test("a layout is changed where it mixes the sequence")
  func layout() throws {
    let layout = try Layout(parsing: "2*(mamba swiglu) mamba(expand=1)|rwkv5-channel-mixer")
    let (nearest, primitives) = try layout.normalized(state: 1024, dim: 128, context: 64)
    #expect(
      try nearest == Layout(parsing: "2*(mamba(expand=1) swiglu) mamba(expand=1)|rwkv5-channel-mixer"))
    #expect(primitives.map(\.given.primitive.canonical) == ["mamba", "mamba(expand=1)"])
    #expect(throws: LayerError.self) {
      try Layout(parsing: "linear-attention(heads=7)").normalized(state: 64, dim: 128, context: 64)
    }
  }

  @Test(
    "every sequence mixer is at least as near as it was, and what is said holds",
    arguments: Primitives.all.filter { $0.specification.kind == .sequenceMixer }.map { $0.specification.name })
  func registry(_ name: String) throws {
    let primitive = try Layout(parsing: name).layers[0][0]
    for (target, dim, context) in [(64, 64, 16), (2048, 128, 128), (8192, 128, 1000), (100_000, 256, 70_000)] {
      guard let found = try? StateNormalization(primitive, nearest: target, dim: dim, context: context) else {
        continue
      }
      for choice in found.alternatives + [found.best] {
        let built = try choice.primitive.type.init(
          choice.primitive.options, in: ModelContext(dim: dim, maxLength: context))
        #expect(built.costs(time: context).state == choice.state)
        #expect(built.parameters.filter(\.isTrained).reduce(0) { $0 + $1.count } == choice.parameters)
      }
      let tolerance = max(1, target / 20)
      #expect(abs(found.best.state - target) <= abs(found.given.state - target) + tolerance)
    }
  }
}
