import Architecture
import Foundation
import TestSupport
import Testing

@Suite("Linear attention")
struct LinearAttentionTests {
  static func primitive(_ dim: Int, heads: Int, map: String = "elu") throws -> any Primitive {
    let (type, _) = try Primitives.named("linear-attention")
    let values: [(name: String, value: OptionValue)] = [("heads", .integer(heads)), ("feature_map", .word(map))]
    return try type.init(
      try OptionValues(values, for: type.specification), in: ModelContext(dim: dim, maxLength: 512))
  }

  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // 4 projections of 2·128², the scan 4·128·16, the normaliser 4·128; two pairs of maps 4·2·128·16.
    let elu = try Self.primitive(128, heads: 8).costs(time: 128)
    #expect(elu == Costs(forwardFLOPs: 131_072 + 8192 + 512, state: 8 * 16 * 16 + 128))
    let mad = try Self.primitive(128, heads: 8, map: "mad").costs(time: 1000)
    #expect(mad == Costs(forwardFLOPs: 131_072 + 8192 + 512 + 16_384, state: 8 * 16 * 16 + 128))
  }

  @Test("heads that do not divide the width are refused")
  func headsDivide() throws {
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "linear-attention", reason: "heads must divide the width 128, found 12")
    ) { try Self.primitive(128, heads: 12) }
  }

  @Test(
    "one head or many, of any width, give the quadratic formula's output",
    arguments: [
      (1, 1, 3), (3, 1, 40), (21, 3, 5), (24, 2, 19), (40, 1, 33), (64, 16, 64), (96, 2, 70), (144, 1, 257),
    ])
  func quadratic(dim: Int, heads: Int, time: Int) throws {
    let run = LayerRun(try Self.primitive(dim, heads: heads), batch: 2, time: time, dim: dim)
    let x = normals(2 * time * dim, seed: 3)
    let error = relativeError(run.forward(x), quadraticElu(x, run, heads: heads))
    #expect(error < 2e-5)
  }

  @Test(
    "derivatives agree for any head width and both maps",
    arguments: [
      (3, 1, 9), (21, 3, 5), (40, 1, 33), (24, 2, 19), (64, 16, 20),
    ], ["elu", "mad"])
  func derivative(_ shape: (dim: Int, heads: Int, time: Int), map: String) throws {
    let run = LayerRun(
      try Self.primitive(shape.dim, heads: shape.heads, map: map), batch: 2, time: shape.time, dim: shape.dim, seed: 5)
    if map == "mad" {
      // Biases of 2 keep the divisor away from zero, where differences say nothing.
      for name in ["fq1", "fq2", "fk1", "fk2"] { run.weights["\(name).bias"]!.fill(2) }
    }
    let wrong = GradientCheck.mismatches(run, seed: 11)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  /// The layer by its definition, in double precision.
  private func quadraticElu(_ x: [Float], _ run: LayerRun, heads: Int) -> [Float] {
    let (dim, time, width) = (run.dim, run.time, run.dim / heads)
    func project(_ input: [Double], _ name: String) -> [Double] {
      let weight = run.weights[name]!.values
      return (0..<input.count).map { index in
        let (row, column) = (index / dim, index % dim)
        return (0..<dim).reduce(0) { $0 + input[row * dim + $1] * Double(weight[column * dim + $1]) }
      }
    }
    func feature(_ a: Double) -> Double { a > 0 ? a + 1 : exp(a) }
    let input = x.map(Double.init)
    let q = project(input, "proj_q.weight").map(feature)
    let k = project(input, "proj_k.weight").map(feature)
    let v = project(input, "proj_v.weight")
    var out = [Double](repeating: 0, count: input.count)
    for sequence in 0..<run.batch {
      for head in 0..<heads {
        for t in 0..<time {
          let to = (sequence * time + t) * dim + head * width
          var divisor = 1e-6
          for s in 0...t {
            let from = (sequence * time + s) * dim + head * width
            let product = (0..<width).reduce(0) { $0 + q[to + $1] * k[from + $1] }
            divisor += product
            for i in 0..<width { out[to + i] += product * v[from + i] }
          }
          for i in 0..<width { out[to + i] /= divisor }
        }
      }
    }
    return project(out, "out_proj.weight").map { Float($0) }
  }
}
