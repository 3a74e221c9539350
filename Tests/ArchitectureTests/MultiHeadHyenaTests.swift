import Architecture
import TestSupport
import Testing

@Suite("Multi-head Hyena")
struct MultiHeadHyenaTests {
  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // Projections 2·128·96 and 2·128², the short convolution 2·3·384, 4 per channel and pair of which there are 64.5.
    let costs = try HyenaReference.primitive("mh-hyena", dim: 128).costs(time: 128)
    #expect(costs == Costs(forwardFLOPs: 24_576 + 32_768 + 2304 + 33_024, state: 2048, cache: 32_768))
  }

  @Test("heads that do not divide the width are refused, also under the published name")
  func headsDivide() {
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "mh-hyena", reason: "head_dim must divide the width of 20, found 8")
    ) { try HyenaReference.primitive("mh-hyena", [("num_heads", .integer(8))], dim: 20) }
  }

  /// Heads narrower and wider than a block, lengths around the tiles and chunks.
  static let shapes = [
    (dim: 1, headDim: 1, groups: 1, time: 5), (15, 3, 5, 16), (20, 20, 4, 17), (24, 12, 3, 33), (16, 4, 2, 145),
    (34, 2, 1, 23), (16, 8, 4, 300),
  ]

  static func run(_ shape: (dim: Int, headDim: Int, groups: Int, time: Int)) throws -> LayerRun {
    let primitive = try HyenaReference.primitive(
      "mh-hyena", [("head_dim", .integer(shape.headDim)), ("proj_groups", .integer(shape.groups))], dim: shape.dim)
    return LayerRun(primitive, batch: 2, time: shape.time, dim: shape.dim, seed: 3)
  }

  @Test("heads of any width and any length give the definition's output", arguments: shapes)
  func definition(_ shape: (dim: Int, headDim: Int, groups: Int, time: Int)) throws {
    let run = try Self.run(shape)
    let reference = HyenaReference(run: run, channels: shape.dim)
    let x = normals(2 * shape.time * shape.dim, seed: 4)
    let expected = reference.forEachSequence(x) { x in
      let (streams, filters) = (reference.streams(x), reference.filters(time: x.count))
      let (q, v, k) = (streams[0], streams[1], streams[2])
      return x.indices.map { t in
        var o = [Double](repeating: 0, count: shape.dim)
        for head in filters.indices {
          let range = head * shape.headDim..<(head + 1) * shape.headDim
          for s in 0...t {
            let weight = filters[head][t - s] * range.reduce(0) { $0 + q[$1][t] * k[$1][s] }
            for channel in range { o[channel] += weight * v[channel][s] }
          }
        }
        return reference.linear(o, "out_proj")
      }
    }
    #expect(relativeError(run.forward(x), expected) < 2e-5)
  }

  @Test("derivatives agree for heads of any width", arguments: shapes)
  func derivative(_ shape: (dim: Int, headDim: Int, groups: Int, time: Int)) throws {
    let wrong = GradientCheck.mismatches(try Self.run(shape), seed: 9)
    #expect(wrong.isEmpty, "\(wrong)")
  }
}
