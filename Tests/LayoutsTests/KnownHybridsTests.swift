import Architecture
import Layouts
import Testing

@Suite("Known hybrids")
struct KnownHybridsTests {
  @Test("names are unique, and every text is a layout")
  func data() throws {
    let names = KnownHybrids.all.map(\.name)
    #expect(Set(names).count == names.count)
    for hybrid in KnownHybrids.all {
      #expect(try KnownHybrids.named(hybrid.name) == hybrid)
      #expect(hybrid.stripe != nil || hybrid.published != nil)
      #expect(!hybrid.source.isEmpty)
      if let stripe = hybrid.stripe, let published = hybrid.published {
        let (stripe, published) = (try Layout(parsing: stripe), try Layout(parsing: published))
        let times = published.layers.count / stripe.layers.count
        #expect(try Layout((0..<times).flatMap { _ in stripe.layers }) == published)
      }
    }
  }

  private static let publishedShares: [(name: String, all: Double, full: Double)] = [
    ("transformer++", 1, 1), ("hyena", 0, 0), ("mamba", 0, 0), ("rwkv-6", 0, 0), ("striped-hyena", 0.5, 0.5),
    ("striped-hyena-25", 0.25, 0.25), ("striped-hyena-experts-moe", 0.5, 0.5), ("striped-mamba", 1 / 7, 1 / 7),
    ("evo-1", 3 / 32, 3 / 32), ("striped-hyena-2", 1 / 7, 1 / 7), ("jamba", 1 / 8, 1 / 8), ("samba", 0.5, 0),
    ("griffin", 1 / 3, 0), ("zamba", 1 / 7, 1 / 7), ("h3-hybrid", 1 / 12, 1 / 12), ("based", 0.2, 0),
    ("nemotron-h", 4 / 28, 4 / 28), ("nemotron-3-nano", 6 / 29, 6 / 29), ("minimax-01", 1 / 8, 1 / 8),
    ("qwen3-next", 0.25, 0.25), ("kimi-linear", 7 / 27, 7 / 27), ("gemma-2", 1, 0.5), ("gemma-3", 1, 1 / 6),
    ("lfm2", 3 / 8, 3 / 8), ("composer-stack", 1, 1), ("nemotron-flash", 1 / 6, 1 / 6),
    ("zamba2", 9 / 63, 9 / 63), ("bamba", 3 / 32, 3 / 32), ("granite-4", 0.1, 0.1), ("falcon-h1", 1, 1),
    ("hymba", 1, 3 / 32), ("nemotron-3-super", 8 / 48, 8 / 48),
  ]

  @Test("shares of attention as published", arguments: publishedShares)
  func shares(_ name: String, _ all: Double, _ full: Double) throws {
    let share = try KnownHybrids.named(name).attentionShare()
    #expect(abs(share.all - all) < 1e-12)
    #expect(abs(share.full - full) < 1e-12)
  }

  @Test("published patterns, written in other words")
  func published() throws {
    func published(_ name: String) throws -> Layout { try Layout(parsing: KnownHybrids.named(name).pattern) }
    #expect(
      try published("nemotron-h").megatronString == "megatron:M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-")
    #expect(
      try published("nemotron-3-nano").megatronString
        == "megatron:MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME")
    #expect(
      try published("nemotron-3-super").megatronString
        == "megatron:MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME")
    func attention(_ name: String) throws -> [Int] {
      let mixers = try published(name).layers.filter { $0[0].type.specification.kind == .sequenceMixer }
      return mixers.indices.filter { mixers[$0][0].type.specification.name == "attention" }
    }
    #expect(try attention("evo-1") == [8, 16, 24])
    #expect(try attention("h3-hybrid") == [6])
    #expect(try attention("lfm2") == [2, 5, 8, 10, 12, 14])
    #expect(try attention("kimi-linear") == [3, 7, 11, 15, 19, 23, 26])
    #expect(try attention("jamba") == [4, 12, 20, 28])
    #expect(try attention("bamba") == [9, 18, 27])
    #expect(try attention("granite-4") == [5, 15, 25, 35])
    let zamba = try published("zamba2").layers.map { $0[0].type.specification.name }
    let hybrid = zamba.indices.filter { zamba[$0] == "attention" }.map { zamba[..<$0].count { $0 == "mamba2" } }
    #expect(hybrid == [6, 12, 18, 24, 30, 36, 42, 47, 51])
    let hymba = try published("hymba").layers.filter { $0.count == 2 }
    #expect(hymba.count == 32)
    #expect(hymba.indices.filter { hymba[$0][0].options["window"] == nil } == [0, 15, 31])
  }

  @Test("the nearest name is suggested")
  func unknown() {
    func message(_ name: String) -> String? {
      do {
        _ = try KnownHybrids.named(name)
        return nil
      } catch { return error.description }
    }
    #expect(message("stripped-hyena") == "there is no hybrid 'stripped-hyena'; did you mean 'striped-hyena'?")
    #expect(message("zzzzzzzzzzzzzzzzzz")?.contains("the hybrids are transformer++, hyena, ") == true)
  }

  @Test("the meaning of hybrid:NAME, with and without a depth")
  func reference() throws {
    #expect(try KnownHybrids.layout(reference: "mamba swiglu") == nil)
    #expect(
      try KnownHybrids.layout(reference: "hybrid:striped-hyena")
        == Layout(parsing: "2*(hyena swiglu attention swiglu)"))
    #expect(try KnownHybrids.layout(reference: "hybrid:mamba:3") == Layout(parsing: "3*mamba"))
    #expect(try KnownHybrids.layout(reference: "hybrid:h3-hybrid:published")?.layers.count == 24)
    for text in ["hybrid:", "hybrid:samba:published", "hybrid:samba:", "hybrid:samba:x", "hybrid:samba:0"] {
      #expect(throws: HybridError.self) { try KnownHybrids.layout(reference: text) }
    }
    #expect(KnownHybrids.advice(for: "samba:4") == "'samba' is a hybrid, not a primitive; write 'hybrid:samba:4'")
    #expect(KnownHybrids.advice(for: "mamba") == nil)
    #expect(KnownHybrids.advice(for: "smaba") == nil)
  }
}
