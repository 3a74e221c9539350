import Architecture
import TestSupport
import Testing

@Suite("Hyena experts")
struct HyenaExpertsTests {
  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // Projections 2·128·384 and 2·16·128, the short convolution 2·3·384, the long one 129 per channel, the router
    // 2·128·8 and the mixture 2·128.
    let costs = try HyenaReference.primitive("hyena-experts", dim: 128).costs(time: 128)
    #expect(costs == Costs(forwardFLOPs: 98_304 + 4096 + 2304 + 16_512 + 2048 + 256, state: 2048, cache: 16_384))
  }

  @Test("experts that do not divide the width are refused")
  func expertsDivide() {
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "hyena-experts", reason: "num_experts must divide the width of 20, found 8")
    ) { try HyenaReference.primitive("hyena-experts", dim: 20) }
  }

  @Test("derivatives agree for one expert and for many", arguments: [(5, 5, 9), (24, 3, 17), (16, 1, 31), (48, 8, 70)])
  func derivative(dim: Int, experts: Int, time: Int) throws {
    // All experts are active: a change of the choice is a jump.
    let primitive = try HyenaReference.primitive(
      "hyena-experts", [("num_experts", .integer(experts)), ("active_experts", .integer(experts))], dim: dim)
    let wrong = GradientCheck.mismatches(LayerRun(primitive, batch: 2, time: time, dim: dim, seed: 3), seed: 9)
    #expect(wrong.isEmpty, "\(wrong)")
  }
}
