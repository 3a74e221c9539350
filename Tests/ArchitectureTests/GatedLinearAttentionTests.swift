import Architecture
import TestSupport
import Testing

@Suite("Gated linear attention")
struct GatedLinearAttentionTests {
  static func primitive(_ dim: Int, heads: Int) throws -> any Primitive {
    let (type, _) = try Primitives.named("gated-linear-attention")
    return try type.init(
      try OptionValues([("heads", .integer(heads))], for: type.specification),
      in: ModelContext(dim: dim, maxLength: 1024))
  }

  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // 5 projections of 2·128², the decay's 2·16·128 twice, the scan 5·8·16².
    let costs = try Self.primitive(128, heads: 8).costs(time: 128)
    #expect(costs == Costs(forwardFLOPs: 163_840 + 8192 + 10_240, state: 8 * 16 * 16))
    let single = try Self.primitive(128, heads: 1).costs(time: 1)
    #expect(single.state == 128 * 128)
  }

  @Test("published configurations say num_heads")
  func alias() throws {
    let (type, _) = try Primitives.named("mh-gated-linear-attention")
    let options = try OptionValues([("num_heads", .integer(4))], for: type.specification)
    #expect(options["heads"] == .integer(4))
  }

  @Test("heads that do not divide the width are refused")
  func headsDivide() throws {
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "gated-linear-attention", reason: "heads must divide the width 128, found 12")
    ) { try Self.primitive(128, heads: 12) }
  }

  @Test(
    "derivatives agree for heads of any width, around the spans of the scan",
    arguments: [(3, 3, 4), (21, 3, 5), (40, 1, 33), (24, 2, 17), (62, 2, 16), (96, 2, 49), (144, 1, 20)])
  func derivative(_ shape: (dim: Int, heads: Int, time: Int)) throws {
    let primitive = try Self.primitive(shape.dim, heads: shape.heads)
    let run = LayerRun(primitive, batch: 2, time: shape.time, dim: shape.dim, seed: 5)
    let wrong = GradientCheck.mismatches(run, seed: 11)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("a repeated run gives the same bits, other micro-batches the same numbers")
  func repeats() throws {
    let (dim, time, batch) = (48, 37, 3)
    let run = LayerRun(try Self.primitive(dim, heads: 2), batch: batch, time: time, dim: dim)
    let x = normals(batch * time * dim, seed: 3)
    let dy = normals(batch * time * dim, seed: 4)
    let (y, dx) = run.run(x, dy: dy)
    let again = run.run(x, dy: dy)
    #expect(y == again.y)
    #expect(dx == again.dx)
    let single = run.run(x, dy: dy, sequences: 1)
    #expect(relativeError(single.y, y) < 1e-5)
    #expect(relativeError(single.dx, dx) < 1e-5)
  }
}
