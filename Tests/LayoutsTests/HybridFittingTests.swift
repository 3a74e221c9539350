import Architecture
import Engine
import Layouts
import Testing

@Suite("Hybrids fitted to a depth")
struct HybridFittingTests {
  @Test(
    "fitted layouts",
    arguments: [
      ("transformer++", 4, "2*(attention swiglu)"),
      ("transformer++", 5, "attention swiglu 2*attention swiglu"),
      ("striped-hyena", 8, "2*(hyena swiglu attention swiglu)"),
      ("striped-hyena", 6, "hyena swiglu attention swiglu hyena swiglu"),
      ("striped-hyena-25", 4, "attention swiglu hyena swiglu"),
      ("striped-mamba", 8, "attention swiglu 6*mamba"),
      ("jamba", 8, "mamba swiglu mamba moe-mlp attention swiglu mamba moe-mlp"),
      ("gemma-3", 8, "3*(sliding-attention swiglu) attention swiglu"),
      ("kimi-linear", 8, "3*(gated-deltanet moe-mlp) attention moe-mlp"),
      ("evo-1", 8, "2*(hyena swiglu) attention swiglu hyena swiglu"),
      ("nemotron-h", 8, "2*(mamba2 swiglu) attention swiglu mamba2 swiglu"),
      ("composer-stack", 3, "attention 2*swiglu"),
      ("composer-stack", 8, "2*attention 3*swiglu 2*attention swiglu"),
    ])
  func examples(_ name: String, _ count: Int, _ expected: String) throws {
    #expect(try KnownHybrids.named(name).fitted(toLayers: count) == Layout(parsing: expected))
  }

  @Test("at its own depth a hybrid is its published pattern", arguments: KnownHybrids.all)
  func identity(_ hybrid: KnownHybrid) throws {
    let pattern = try Layout(parsing: hybrid.pattern)
    #expect(try hybrid.fitted(toLayers: pattern.layers.count) == pattern)
  }

  @Test("every depth keeps the number of layers, the shares of mixers and the end", arguments: KnownHybrids.all)
  func depths(_ hybrid: KnownHybrid) throws {
    let pattern = try Layout(parsing: hybrid.pattern)
    let kinds = Set(pattern.layers.map { $0[0].canonical })
    func isMixer(_ layer: [LayerPrimitive]) -> Bool { layer[0].type.specification.kind == .sequenceMixer }
    func mixers(_ layout: Layout) -> Int { layout.layers.count(where: isMixer) }
    let alternates = pattern.layers.indices.allSatisfy { isMixer(pattern.layers[$0]) == $0.isMultiple(of: 2) }
    for count in 1...64 {
      let fitted = try hybrid.fitted(toLayers: count)
      #expect(fitted.layers.count == count)
      #expect(kinds.isSuperset(of: fitted.layers.map { $0[0].canonical }))
      #expect(try Layout(parsing: fitted.canonical) == fitted)
      let (share, expected, number) = (fitted.attentionShare, pattern.attentionShare, Double(mixers(fitted)))
      #expect(abs(share.all - expected.all) * number <= 1, "\(count) layers")
      #expect(abs(share.full - expected.full) * number <= 1, "\(count) layers")
      if number > 1 { #expect((share.all > 0) == (expected.all > 0), "\(count) layers") }
      let wanted = Double(count * mixers(pattern)) / Double(pattern.layers.count)
      if hybrid.stripe == nil { #expect(abs(number - wanted) <= 1, "\(count) layers") }
      if alternates, pattern.layers.count > 1, count > 1 {
        #expect(!isMixer(fitted.layers[count - 1]), "\(count) layers")
      }
    }
  }

  @Test("every depth can be built at the usual widths", arguments: KnownHybrids.all)
  func build(_ hybrid: KnownHybrid) throws {
    for count in 2...64 {
      let fitted = try hybrid.fitted(toLayers: count)
      for dim in [64, 128, 256] { _ = try fitted.makeModel(dim: dim, vocabulary: 16, maxLength: 32) }
    }
  }

  @Test("impossible numbers of layers are errors", arguments: [Int.min, -1, 0, 1025, Int.max])
  func impossible(_ count: Int) throws {
    let hybrid = try KnownHybrids.named("evo-1")
    #expect(throws: HybridError.self) {
      try hybrid.fitted(toLayers: count)
    }
  }

  @Test("any layout comes in any depth: its own layers, its kinds and its share of mixers")
  func own() throws {
    var random = RandomStream(seed: 2, "depths")
    for _ in 0..<300 {
      let layers = RandomLayout.layers(RandomLayout.sequence(&random))
      let layout = try Layout(layers)
      let mixers = layout.layers.count(where: Self.isMixer)
      #expect(try layout.fitted(toLayers: layout.layers.count) == layout)
      for count in [1, 2, 3, 1 + random.integer(below: 40), layout.layers.count + 1] {
        let fitted = try layout.fitted(toLayers: count)
        #expect(fitted.layers.count == count)
        let kinds = Set(layout.layers.indices.map(layout.text(layer:)))
        #expect(kinds.isSuperset(of: fitted.layers.indices.map(fitted.text(layer:))))
        let share = Double(mixers * count) / Double(layout.layers.count)
        #expect(abs(Double(fitted.layers.count(where: Self.isMixer)) - share) <= Double(layout.stripe.count))
      }
    }
    #expect(try Layout(parsing: "mlp swiglu").fitted(toLayers: 3).canonical == "mlp swiglu mlp")
    #expect(try Layout(parsing: "megatron:EM*EM*E").fitted(toLayers: 4).canonical == "moe-mlp mamba2 attention moe-mlp")
  }

  private static func isMixer(_ layer: [LayerPrimitive]) -> Bool {
    layer.contains { $0.type.specification.kind == .sequenceMixer }
  }
}
