import Architecture
import Foundation
import TestSupport
import Testing

struct Mamba2Case: Sendable, CustomStringConvertible {
  let dim, time, states, headDim, kernel, expand: Int
  var description: String {
    "dim \(dim), time \(time), \(states) states, head_dim \(headDim), \(kernel) taps, ×\(expand)"
  }

  static let all = [
    Mamba2Case(dim: 16, time: 100, states: 4, headDim: 16, kernel: 4, expand: 2),
    Mamba2Case(dim: 5, time: 32, states: 1, headDim: 1, kernel: 2, expand: 1),
    Mamba2Case(dim: 12, time: 65, states: 7, headDim: 6, kernel: 1, expand: 3),
    Mamba2Case(dim: 20, time: 1, states: 5, headDim: 20, kernel: 4, expand: 1),
    // From 32 states on as matrix products over chunks of 64 steps.
    Mamba2Case(dim: 16, time: 70, states: 64, headDim: 32, kernel: 4, expand: 2),
    Mamba2Case(dim: 8, time: 1, states: 33, headDim: 8, kernel: 4, expand: 1),
    Mamba2Case(dim: 24, time: 200, states: 32, headDim: 6, kernel: 2, expand: 1),
    Mamba2Case(dim: 5, time: 64, states: 40, headDim: 1, kernel: 4, expand: 2),
  ]

  func primitive() throws -> any Primitive {
    let (type, _) = try Primitives.named("mamba2")
    let options: [(name: String, value: OptionValue)] = [
      ("d_state", .integer(states)), ("head_dim", .integer(headDim)), ("d_conv", .integer(kernel)),
      ("expand", .integer(expand)),
    ]
    return try type.init(
      try OptionValues(options, for: type.specification), in: ModelContext(dim: dim, maxLength: time))
  }

  /// The layer with step sizes around one, so that the state matters as much as the skip connection, and outputs around
  /// one before the norm, so that its curvature stays within what differences can measure.
  func run(batch: Int = 2) throws -> LayerRun {
    let run = LayerRun(try primitive(), batch: batch, time: time, dim: dim, seed: 3)
    run.weights["dt_bias"]?.fill(0.5)
    let (decays, input) = (try #require(run.weights["A_log"]), try #require(run.weights["in_proj.weight"]))
    for i in 0..<decays.count { decays.pointer[i] = log(0.05 + 0.3 * Float(i % 7)) }
    for i in 0..<input.count { input.pointer[i] *= 3 }
    return run
  }
}

@Suite("Mamba-2")
struct Mamba2Tests {
  @Test("costs at width 128 are those counted by hand")
  func costs() throws {
    let (type, _) = try Primitives.named("mamba2")
    let context = ModelContext(dim: 128, maxLength: 128)
    let usual = try type.init(try OptionValues([], for: type.specification), in: context).costs(time: 128)
    // in_proj 2·128·(256 + 264 + 16), out_proj 2·256·128, convolution 2·264·4, scan 6·256·4.
    #expect(usual == Costs(forwardFLOPs: 137_216 + 65_536 + 2112 + 6144, state: 256 * 4 + 264 * 4))
    let options: [(name: String, value: OptionValue)] = [
      ("d_state", .integer(64)), ("head_dim", .integer(64)), ("d_conv", .integer(3)), ("expand", .integer(1)),
    ]
    let other = try type.init(try OptionValues(options, for: type.specification), in: context).costs(time: 7)
    #expect(
      other
        == Costs(forwardFLOPs: 2 * 128 * 386 + 32_768 + 2 * 256 * 3 + 6 * 128 * 64, state: 128 * 64 + 256 * 3))
  }

  @Test("a head_dim that does not divide the inner width is refused")
  func headDim() throws {
    let (type, _) = try Primitives.named("mamba2")
    let options = try OptionValues([("head_dim", .integer(24))], for: type.specification)
    #expect(
      throws: ArchitectureError.unsuitable(
        primitive: "mamba2", reason: "head_dim must divide the inner width 32, found 24")
    ) { try type.init(options, in: ModelContext(dim: 16, maxLength: 8)) }
  }

  @Test("the output is that of the recurrence, step by step", arguments: Mamba2Case.all)
  func recurrence(_ shape: Mamba2Case) throws {
    let run = try shape.run()
    let x = normals(2 * shape.time * shape.dim, seed: 4)
    #expect(relativeError(run.forward(x), reference(x, run, shape)) < 2e-5)
  }

  @Test("derivatives agree for other options, odd widths and long sequences", arguments: Mamba2Case.all)
  func derivative(_ shape: Mamba2Case) throws {
    let wrong = GradientCheck.mismatches(try shape.run(), seed: 5)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("the same micro-batch gives the same bits again, whatever ran in between", arguments: [4, 64])
  func repeatable(states: Int) throws {
    let shape = Mamba2Case(dim: 16, time: 100, states: states, headDim: 16, kernel: 4, expand: 2)
    let run = try shape.run(batch: 3)
    let (x, dy) = (normals(3 * 100 * 16, seed: 6), normals(3 * 100 * 16, seed: 7))
    let first = run.run(x, dy: dy)
    let gradients = run.gradients.mapValues(\.values)
    _ = run.run(dy, dy: x, sequences: 2)
    let second = run.run(x, dy: dy)
    #expect(first == second)
    #expect(run.gradients.mapValues(\.values) == gradients)
  }

  private func reference(_ x: [Float], _ run: LayerRun, _ shape: Mamba2Case) -> [Float] {
    let (inner, states) = (shape.dim * shape.expand, shape.states)
    let (convolved, heads) = (inner + 2 * states, inner / shape.headDim)
    let width = inner + convolved + heads
    func weight(_ name: String) -> [Float] { run.weights[name]!.values }
    let projected = ReferenceMath.linear(x.map(Double.init), weight("in_proj.weight"), inputs: shape.dim)
    func part(_ range: Range<Int>) -> [Double] { ReferenceMath.columns(projected, range, width: width) }
    let selection = ReferenceMath.convolution(
      part(inner..<inner + convolved), weight("conv_weight"), weight("conv_bias"), channels: convolved,
      time: shape.time
    ).map(ReferenceMath.silu)
    func selected(_ range: Range<Int>) -> [Double] {
      ReferenceMath.columns(selection, range, width: convolved)
    }
    let bias = weight("dt_bias")
    let steps = part(inner + convolved..<width).enumerated()
      .map { ReferenceMath.softplus($1 + Double(bias[$0 % heads])) }
    let (decays, skips, norm) = (weight("A_log"), weight("D"), weight("norm"))
    let o = referenceScan(
      dt: steps.flatMap { [Double](repeating: $0, count: shape.headDim) }, u: selected(0..<inner),
      b: selected(inner..<inner + states), c: selected(inner + states..<convolved), channels: inner, states: states,
      time: shape.time, rate: { channel, _ in exp(Double(decays[channel / shape.headDim])) },
      skip: { Double(skips[$0 / shape.headDim]) })
    var gated = zip(o, part(0..<inner)).map { $0 * ReferenceMath.silu($1) }
    for row in stride(from: 0, to: gated.count, by: inner) {
      let mean = gated[row..<row + inner].reduce(0) { $0 + $1 * $1 } / Double(inner)
      for i in 0..<inner { gated[row + i] *= Double(norm[i]) / (mean + 1e-5).squareRoot() }
    }
    return ReferenceMath.linear(gated, weight("out_proj.weight"), inputs: inner).map { Float($0) }
  }
}
