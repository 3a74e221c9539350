import Layouts
import Search
import Testing

@Suite("Seeds")
struct SeedTests {
  @Test("a pattern of one's own is thinned to a space's depth as a known hybrid is")
  func thinned() throws {
    let space = try SpaceTests.space(SpaceTests.hybrids)
    for name in ["nemotron-3-super", "zamba2", "evo-1"] {
      let hybrid = try KnownHybrids.named(name)
      let own = try Layout(parsing: hybrid.pattern)
      let (fitted, found) = try space.seed(name)
      #expect(found == name)
      #expect(fitted.layers.count == 12)
      #expect(try space.seed(own.canonical).layout == fitted)
      #expect(try space.seed(own.canonical).hybrid == nil)
    }
    let pattern = "MEMEM*EMEMEM*EMEMEM*EMEMEME"
    #expect(try space.seed(pattern).layout == Layout(parsing: "megatron:" + pattern).fitted(toLayers: 12))
  }

  @Test("what fits, and what says its depth, stays as it is")
  func kept() throws {
    let space = try SpaceTests.space(SpaceTests.hybrids)
    #expect(try space.seed("mamba swiglu").layout.canonical == "mamba swiglu")
    #expect(try space.seed("mlp").layout.canonical == "mlp")
    #expect(try space.seed("hybrid:jamba:16").layout.layers.count == 16)
    #expect(try space.seed("hybrid:jamba:16").hybrid == "hybrid:jamba:16")
    #expect(try space.seed("M-M*-M-M*-M-M*-:14").layout.layers.count == 14)
  }

  @Test("a deep pattern is fitted to the most layers that meet the constraints")
  func constrained() throws {
    let space = try SpaceTests.space(SpaceTests.hybrids, more: "\"constraints\": { \"layers\": { \"max\": 6 } }")
    #expect(try space.seed("20*(attention swiglu)").layout == Layout(parsing: "3*(attention swiglu)"))
  }
}
