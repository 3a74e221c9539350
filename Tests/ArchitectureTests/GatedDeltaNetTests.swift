import Architecture
import Foundation
import TestSupport
import Testing

@Suite("Gated DeltaNet")
struct GatedDeltaNetTests {
  static func primitive(_ dim: Int, heads: Int, kernel: Int = 4) throws -> any Primitive {
    let (type, _) = try Primitives.named("gated-deltanet")
    let values: [(name: String, value: OptionValue)] = [("heads", .integer(heads)), ("d_conv", .integer(kernel))]
    return try type.init(
      try OptionValues(values, for: type.specification), in: ModelContext(dim: dim, maxLength: 512))
  }

  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    // 5 projections of 2·128², two of 2·128·16, 3 convolutions of 2·128·4, 3 products of 2·128·8 with the state.
    #expect(
      try Self.primitive(128, heads: 16).costs(time: 128)
        == Costs(forwardFLOPs: 163_840 + 8192 + 3072 + 6144, state: 16 * 8 * 8 + 3 * 128 * 4))
    #expect(try Self.primitive(128, heads: 32).costs(time: 1000).state == 2048)
  }

  @Test("heads that do not divide the width are refused")
  func headsDivide() throws {
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "gated-deltanet", reason: "heads must divide the width 128, found 12")
    ) { try Self.primitive(128, heads: 12) }
  }

  @Test("decays start in the published ranges")
  func initialValues() throws {
    let run = LayerRun(try Self.primitive(128, heads: 64), batch: 1, time: 1, dim: 128)
    let strengths = run.weights["A_log"]!.values.map { exp(Double($0)) }
    #expect(strengths.allSatisfy { $0 > 0 && $0 <= 16 } && strengths.contains { $0 > 12 })
    let steps = run.weights["dt_bias"]!.values.map { log1p(exp(Double($0))) }
    #expect(steps.allSatisfy { $0 > 0.00099 && $0 < 0.101 } && steps.contains { $0 < 0.005 })
  }

  @Test(
    "heads of any width, in pairs or alone, give the recurrence's output",
    arguments: [
      (1, 1, 3), (6, 3, 40), (21, 3, 5), (24, 3, 19), (40, 1, 33), (64, 16, 64), (96, 2, 70), (96, 6, 30), (144, 1, 80),
    ])
  func recurrence(dim: Int, heads: Int, time: Int) throws {
    let run = LayerRun(try Self.primitive(dim, heads: heads, kernel: 3), batch: 2, time: time, dim: dim, seed: 3)
    let x = normals(2 * time * dim, seed: 3)
    #expect(relativeError(run.forward(x), DeltaReference(run, heads: heads, kernel: 3).output(x)) < 2e-5)
  }

  @Test(
    "derivatives agree for heads of any width",
    arguments: [(6, 3, 12), (21, 3, 5), (24, 3, 19), (40, 1, 33), (40, 2, 21), (64, 16, 20), (48, 3, 40)])
  func derivative(dim: Int, heads: Int, time: Int) throws {
    let run = LayerRun(try Self.primitive(dim, heads: heads, kernel: 2), batch: 2, time: time, dim: dim, seed: 5)
    let wrong = GradientCheck.mismatches(run, seed: 11)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("a head that forgets everything at once has no decay gradient, however long the sequence")
  func forgetting() throws {
    let run = LayerRun(try Self.primitive(32, heads: 4), batch: 1, time: 300, dim: 32)
    run.weights["A_log"]!.fill(10)
    _ = run.run(normals(300 * 32, seed: 1), dy: normals(300 * 32, seed: 2))
    #expect(run.gradients["A_log"]!.values.allSatisfy { $0 == 0 })
    #expect(run.gradients["alpha.weight"]!.values.allSatisfy { $0 == 0 })
  }
}

/// The layer by its definition, in double precision.
private struct DeltaReference {
  let run: LayerRun
  let heads, kernel: Int

  init(_ run: LayerRun, heads: Int, kernel: Int) { (self.run, self.heads, self.kernel) = (run, heads, kernel) }

  func output(_ x: [Float]) -> [Float] {
    let input = x.map(Double.init)
    let (dim, width) = (run.dim, run.dim / heads)
    let q = normalized(stream(input, "q")).map { $0 / Double(width).squareRoot() }
    let k = normalized(stream(input, "k"))
    let v = stream(input, "v")
    let gate = project(input, "g.weight", outputs: dim)
    let rate = project(input, "beta.weight", outputs: heads).map { 1 / (1 + exp(-$0)) }
    let alpha = project(input, "alpha.weight", outputs: heads)
    let (bias, strength, norm) = (values("dt_bias"), values("A_log").map { exp($0) }, values("norm"))
    var out = [Double](repeating: 0, count: input.count)
    for sequence in 0..<run.batch {
      for head in 0..<heads {
        var state = [Double](repeating: 0, count: width * width)
        for t in 0..<run.time {
          let row = sequence * run.time + t
          let at = row * dim + head * width
          let decay = exp(-strength[head] * log1p(exp(alpha[row * heads + head] + bias[head])))
          for i in state.indices { state[i] *= decay }
          for j in 0..<width {
            let held = (0..<width).reduce(0) { $0 + state[$1 * width + j] * k[at + $1] }
            let written = rate[row * heads + head] * (v[at + j] - held)
            for i in 0..<width { state[i * width + j] += written * k[at + i] }
            out[at + j] = (0..<width).reduce(0) { $0 + state[$1 * width + j] * q[at + $1] }
          }
          let square = (0..<width).reduce(0) { $0 + out[at + $1] * out[at + $1] } / Double(width)
          for j in 0..<width {
            out[at + j] *= norm[j] / (square + 1e-5).squareRoot() * silu(gate[at + j])
          }
        }
      }
    }
    return project(out, "out.weight", outputs: dim).map { Float($0) }
  }

  private func values(_ name: String) -> [Double] { run.weights[name]!.values.map(Double.init) }

  private func silu(_ a: Double) -> Double { a / (1 + exp(-a)) }

  private func project(_ input: [Double], _ name: String, outputs: Int) -> [Double] {
    let (weight, dim) = (values(name), run.dim)
    return (0..<input.count / dim * outputs).map { index in
      let (row, column) = (index / outputs, index % outputs)
      return (0..<dim).reduce(0) { $0 + input[row * dim + $1] * weight[column * dim + $1] }
    }
  }

  private func stream(_ input: [Double], _ name: String) -> [Double] {
    let (dim, weight) = (run.dim, values("\(name)_conv"))
    let projected = project(input, "\(name).weight", outputs: dim)
    return projected.indices.map { index in
      let (row, channel) = (index / dim, index % dim)
      let sum = (0..<min(kernel, row % run.time + 1)).reduce(0) {
        $0 + weight[channel * kernel + kernel - 1 - $1] * projected[(row - $1) * dim + channel]
      }
      return silu(sum)
    }
  }

  private func normalized(_ input: [Double]) -> [Double] {
    let width = run.dim / heads
    return input.indices.map { index in
      let first = index / width * width
      let square = (first..<first + width).reduce(0) { $0 + input[$1] * input[$1] }
      return input[index] / (square + 1e-6).squareRoot()
    }
  }
}
