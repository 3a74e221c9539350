import Architecture
import TestSupport
import Testing

@Suite("Gated short convolution")
struct GatedShortConvolutionTests {
  static func primitive(_ dim: Int, kernel: Int) throws -> any Primitive {
    let (type, _) = try Primitives.named("gated-short-conv")
    let options = try OptionValues([("kernel", .integer(kernel))], for: type.specification)
    return try type.init(options, in: ModelContext(dim: dim, maxLength: 512))
  }

  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // in_proj 2·128·384, out_proj 2·128², convolution 2·128·kernel.
    #expect(
      try Self.primitive(128, kernel: 3).costs(time: 128) == Costs(forwardFLOPs: 98_304 + 32_768 + 768, state: 384))
    #expect(
      try Self.primitive(128, kernel: 16).costs(time: 1) == Costs(forwardFLOPs: 98_304 + 32_768 + 4096, state: 2048))
  }

  @Test("derivatives agree for any kernel and width", arguments: [(5, 1, 9), (24, 4, 33), (16, 9, 4), (33, 3, 130)])
  func derivative(dim: Int, kernel: Int, time: Int) throws {
    let run = LayerRun(try Self.primitive(dim, kernel: kernel), batch: 2, time: time, dim: dim, seed: 5)
    let wrong = GradientCheck.mismatches(run, seed: 11)
    #expect(wrong.isEmpty, "\(wrong)")
  }
}
