import Architecture
import TestSupport
import Testing

@Suite("Hyena")
struct HyenaTests {
  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // Projections 2·128·384 and 2·512·128, the short convolution 2·3·1536, the long one 129 per channel.
    let costs = try HyenaReference.primitive("hyena", dim: 128).costs(time: 128)
    #expect(costs == Costs(forwardFLOPs: 98_304 + 131_072 + 9216 + 66_048, state: 2048, cache: 65_536))
    // At 512 tokens the long convolution has 8 blocks: 2·8 transforms of 5·64·6 + 6·64 and 36 products of 8·64.
    let long = try HyenaReference.primitive("hyena", dim: 128).costs(time: 512)
    let perChannel = Double(16 * 2304 + 36 * 512) / 512
    #expect(long == Costs(forwardFLOPs: 98_304 + 131_072 + 9216 + 512 * perChannel, state: 2048, cache: 262_144))
  }

  @Test("groups that do not divide the projection are refused")
  func groupsDivide() {
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "hyena", reason: "proj_groups must divide 3 times the inner width, that is 192; found 5")
    ) { try HyenaReference.primitive("hyena", [("proj_groups", .integer(5))], dim: 16) }
  }

  @Test("positions are a constant if they are not trained")
  func constantPositions() throws {
    let primitive = try HyenaReference.primitive("hyena", [("train_z", .flag(false))], dim: 16)
    let constants = primitive.parameters.filter { !$0.isTrained }.map(\.name)
    #expect(constants == ["filter.z", "filter.t", "filter.delta"])
  }

  /// Widths that fill their blocks or not, projections narrower than a block, lengths around the tiles.
  static let shapes = [
    (dim: 1, factor: 1, groups: 1, time: 5), (5, 1, 5, 9), (12, 2, 4, 17), (20, 1, 3, 8), (16, 3, 4, 31),
    (8, 2, 4, 257),
    (3, 1, 1, 400),
  ]

  static func run(_ shape: (dim: Int, factor: Int, groups: Int, time: Int)) throws -> LayerRun {
    let primitive = try HyenaReference.primitive(
      "hyena", [("inner_factor", .integer(shape.factor)), ("proj_groups", .integer(shape.groups))], dim: shape.dim)
    return LayerRun(primitive, batch: 2, time: shape.time, dim: shape.dim, seed: 3)
  }

  @Test("any width, projection and length give the definition's output", arguments: shapes)
  func definition(_ shape: (dim: Int, factor: Int, groups: Int, time: Int)) throws {
    let run = try Self.run(shape)
    let reference = HyenaReference(run: run, channels: shape.dim * shape.factor)
    let x = normals(2 * shape.time * shape.dim, seed: 4)
    let expected = reference.forEachSequence(x) { x in reference.gated(x).map { reference.linear($0, "out_proj") } }
    #expect(relativeError(run.forward(x), expected) < 2e-5)
  }

  @Test("derivatives agree for any width and projection", arguments: shapes)
  func derivative(_ shape: (dim: Int, factor: Int, groups: Int, time: Int)) throws {
    let wrong = GradientCheck.mismatches(try Self.run(shape), seed: 9)
    #expect(wrong.isEmpty, "\(wrong)")
  }
}
