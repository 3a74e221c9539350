import Architecture
import Foundation
import TestSupport
import Testing

/// A Mamba layer of any shape; the golden vectors stay below the scan's chunks of 32 steps.
struct MambaCase: Sendable, CustomStringConvertible {
  let dim, time, states, kernel, expand: Int
  let rank: Int?
  var description: String {
    "dim \(dim), time \(time), \(states) states, \(kernel) taps, ×\(expand), rank \(rank ?? 0)"
  }

  static let all = [
    MambaCase(dim: 16, time: 100, states: 4, kernel: 4, expand: 2, rank: nil),
    MambaCase(dim: 5, time: 32, states: 1, kernel: 2, expand: 1, rank: 3),
    MambaCase(dim: 12, time: 65, states: 7, kernel: 1, expand: 3, rank: 1),
    MambaCase(dim: 20, time: 1, states: 5, kernel: 4, expand: 1, rank: nil),
    MambaCase(dim: 8, time: 260, states: 16, kernel: 8, expand: 2, rank: 2),
  ]

  func primitive() throws -> any Primitive {
    let (type, _) = try Primitives.named("mamba")
    var options: [(name: String, value: OptionValue)] = [
      ("d_state", .integer(states)), ("d_conv", .integer(kernel)), ("expand", .integer(expand)),
    ]
    if let rank { options.append(("dt_rank", .integer(rank))) }
    return try type.init(
      try OptionValues(options, for: type.specification), in: ModelContext(dim: dim, maxLength: time))
  }

  /// The layer with step sizes around one, so that the state matters as much as the skip connection.
  func run(batch: Int = 2) throws -> LayerRun {
    let run = LayerRun(try primitive(), batch: batch, time: time, dim: dim, seed: 3)
    run.weights["dt_proj.bias"]?.fill(0.5)
    let decays = try #require(run.weights["A_log"])
    for i in 0..<decays.count { decays.pointer[i] = log(0.05 + 0.3 * Float(i % 7)) }
    return run
  }
}

@Suite("Mamba")
struct MambaTests {
  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    let (type, _) = try Primitives.named("mamba")
    let context = ModelContext(dim: 128, maxLength: 128)
    let usual = try type.init(try OptionValues([], for: type.specification), in: context).costs(time: 128)
    // in_proj 2·128·512, x_proj 2·256·16, dt_proj 2·8·256, out_proj 2·256·128, convolution 2·256·4, scan 6·256·4.
    #expect(usual == Costs(forwardFLOPs: 131_072 + 8192 + 4096 + 65_536 + 2048 + 6144, state: 256 * (4 + 4)))
    let options: [(name: String, value: OptionValue)] = [
      ("d_state", .integer(16)), ("d_conv", .integer(3)), ("expand", .integer(1)), ("dt_rank", .integer(5)),
    ]
    let other = try type.init(try OptionValues(options, for: type.specification), in: context).costs(time: 7)
    #expect(
      other
        == Costs(forwardFLOPs: 65_536 + 2 * 128 * 37 + 2 * 5 * 128 + 32_768 + 768 + 12_288, state: 128 * (16 + 3)))
  }

  @Test("a dt_rank above the inner width is refused")
  func rank() throws {
    let (type, _) = try Primitives.named("mamba")
    let options = try OptionValues([("dt_rank", .integer(33))], for: type.specification)
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "mamba", reason: "dt_rank must be at most the inner width 32, found 33")
    ) { try type.init(options, in: ModelContext(dim: 16, maxLength: 8)) }
  }

  @Test("steps start between 0.001 and 0.1, decays at 1 … d_state")
  func initialValues() throws {
    let run = LayerRun(try MambaCase.all[0].primitive(), batch: 1, time: 4, dim: 16)
    let steps = try #require(run.weights["dt_proj.bias"]).values.map { ReferenceMath.softplus(Double($0)) }
    #expect(steps.allSatisfy { (0.000999...0.1001).contains($0) })
    let rates = try #require(run.weights["A_log"]).values.map { exp($0) }
    #expect(rates.prefix(8).map { $0.rounded() } == [1, 2, 3, 4, 1, 2, 3, 4])
  }

  @Test("the output is that of the recurrence, step by step", arguments: MambaCase.all)
  func recurrence(_ shape: MambaCase) throws {
    let run = try shape.run()
    let x = normals(2 * shape.time * shape.dim, seed: 4)
    #expect(relativeError(run.forward(x), reference(x, run, shape)) < 1e-5)
  }

  @Test("derivatives agree for other options, odd widths and long sequences", arguments: MambaCase.all)
  func derivative(_ shape: MambaCase) throws {
    let wrong = GradientCheck.mismatches(try shape.run(), seed: 5)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("the same micro-batch gives the same bits again, whatever ran in between")
  func repeatable() throws {
    let run = try MambaCase.all[0].run(batch: 3)
    let (x, dy) = (normals(3 * 100 * 16, seed: 6), normals(3 * 100 * 16, seed: 7))
    let first = run.run(x, dy: dy)
    let gradients = run.gradients.mapValues(\.values)
    _ = run.run(dy, dy: x, sequences: 2)
    let second = run.run(x, dy: dy)
    #expect(first == second)
    #expect(run.gradients.mapValues(\.values) == gradients)
  }

  private func reference(_ x: [Float], _ run: LayerRun, _ shape: MambaCase) -> [Float] {
    let inner = shape.dim * shape.expand
    let rank = shape.rank ?? (shape.dim + 15) / 16
    let width = rank + 2 * shape.states
    func weight(_ name: String) -> [Float] { run.weights[name]!.values }
    let projected = ReferenceMath.linear(x.map(Double.init), weight("in_proj.weight"), inputs: shape.dim)
    let z = ReferenceMath.columns(projected, inner..<2 * inner, width: 2 * inner)
    let u = ReferenceMath.convolution(
      ReferenceMath.columns(projected, 0..<inner, width: 2 * inner), weight("conv_weight"), weight("conv_bias"),
      channels: inner, time: shape.time
    ).map(ReferenceMath.silu)
    let selection = ReferenceMath.linear(u, weight("x_proj.weight"), inputs: inner)
    func part(_ range: Range<Int>) -> [Double] { ReferenceMath.columns(selection, range, width: width) }
    let bias = weight("dt_proj.bias")
    let dt = ReferenceMath.linear(part(0..<rank), weight("dt_proj.weight"), inputs: rank).enumerated()
      .map { ReferenceMath.softplus($1 + Double(bias[$0 % inner])) }
    let (decays, skips) = (weight("A_log"), weight("D"))
    let o = referenceScan(
      dt: dt, u: u, b: part(rank..<rank + shape.states), c: part(rank + shape.states..<width), channels: inner,
      states: shape.states, time: shape.time, rate: { exp(Double(decays[$0 * shape.states + $1])) },
      skip: { Double(skips[$0]) })
    let gated = zip(o, z).map { $0 * ReferenceMath.silu($1) }
    return ReferenceMath.linear(gated, weight("out_proj.weight"), inputs: inner).map { Float($0) }
  }
}
