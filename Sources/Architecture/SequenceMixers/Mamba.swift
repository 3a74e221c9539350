import Engine
import Foundation

/// Mamba's selective state space (Gu and Dao 2023, arXiv 2312.00752), inner = expand · dim channels:
///
///     (a, z) = W_in x                                       [rows, inner] each
///     u = silu(causal convolution of a)                     [rows, inner]
///     (p, B, C) = W_x u                                     [rows, dt_rank], [rows, d_state] twice
///     dt = softplus(W_dt p + bias)                          [rows, inner]
///     h_t = exp(−dt e^A_log) h_{t−1} + dt u B, o_t = C·h_t + D u,  y = W_out (o ⊙ silu(z))
struct Mamba: Primitive {
  static let specification = PrimitiveSpecification(
    name: "mamba", family: .recurrence, summary: "selective state space with an input-dependent step size per channel",
    source: "arXiv 2312.00752",
    options: [statesOption, kernelOption, expandOption, rankOption])

  private static let statesOption = Option.integer("d_state", default: 4, in: 1...256, "states per channel")
  private static let kernelOption = Option.integer("d_conv", default: 4, in: 1...64, "taps of the short convolution")
  private static let expandOption = Option.integer(
    "expand", default: 2, in: 1...16, "inner channels per channel of the model")
  private static let rankOption = Option.integer(
    "dt_rank", in: 1...4096, "rank of the step size's projection; ⌈dim / 16⌉ unless given")

  let dim, inner, states, kernel, rank: Int

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    inner = dim * options[Self.expandOption]
    states = options[Self.statesOption]
    kernel = options[Self.kernelOption]
    rank = options[Self.rankOption] ?? (dim + 15) / 16
    guard rank <= inner else {
      throw Self.unsuitable("dt_rank must be at most the inner width \(inner), found \(rank)")
    }
  }

  /// Initial values: those of the reference implementation (state-spaces/mamba): A_log = ln(1…d_state), D = 1,
  /// dt_proj.weight U(±dt_rank^−½), its bias the inverse softplus of a step log-uniform in [0.001, 0.1], PyTorch's
  /// defaults for the other linear maps and for the convolution.
  var parameters: [Parameter] {
    let states = states
    return [
      .matrix("in_proj.weight", [2 * inner, dim]),
      .vector("conv_weight", [inner, kernel], .linear(inputs: kernel)),
      .vector("conv_bias", [inner], .linear(inputs: kernel)),
      .matrix("x_proj.weight", [rank + 2 * states, inner]),
      .matrix("dt_proj.weight", [inner, rank]),
      .vector("dt_proj.bias", [inner], StepSize.initialBias),
      .vector("A_log", [inner, states], .values { index, _ in log(Double(index % states + 1)) }),
      .vector("D", [inner], .ones),
      .matrix("out_proj.weight", [dim, inner]),
    ]
  }

  func costs(time: Int) -> Costs {
    let (dim, inner, rank, states) = (Double(dim), Double(inner), Double(rank), Double(states))
    let products = 2 * inner * (3 * dim + (rank + 2 * states) + rank)
    let scans = SelectiveScan.flops(channels: self.inner, states: self.states)
    let convolution = ShortConvolution.flops(channels: self.inner, kernel: kernel)
    return Costs(forwardFLOPs: products + scans + convolution, state: self.inner * (self.states + kernel))
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { MambaKernel(self, &site) }
}

private final class MambaKernel: Kernel {
  let dim, inner, states, rank, width, time: Int  // width = rank + 2·states
  /// Between the outer projections sequences go through in groups, whose tensors stay in the cache.
  let group: Int
  let inProjection, inputProjection, stepProjection, outProjection: LinearMap
  let stepBias, decayLog, skip: ParameterPointers
  let convolution: ShortConvolution
  let scan: SelectiveScan
  let projected: Pointer  // a and z of each position [rows, 2, inner], saved
  let u, dt, result: Pointer  // result = o ⊙ silu(z) [rows, inner], saved
  let selection: Pointer  // p, B and C of each position [rows, width], saved
  let projectedGradient: Pointer  // [rows, 2, inner]
  let gradient: Pointer  // of a group: ∂/∂result, then ∂/∂u, then ∂/∂a [group rows, inner]
  let dtGradient: Pointer  // [group rows, inner]
  let selectionGradient: Pointer  // [group rows, width]

  init(_ primitive: Mamba, _ site: inout KernelSite) {
    (dim, inner, states, rank) = (primitive.dim, primitive.inner, primitive.states, primitive.rank)
    (width, time) = (rank + 2 * states, site.time)
    group = SelectiveScan.groupLength(time: time)
    inProjection = site.linear("in_proj.weight", inputs: dim, outputs: 2 * inner)
    inputProjection = site.linear("x_proj.weight", inputs: inner, outputs: width)
    stepProjection = site.linear("dt_proj.weight", inputs: rank, outputs: inner, x: .positions(stride: width))
    outProjection = site.linear("out_proj.weight", inputs: inner, outputs: dim)
    (stepBias, decayLog, skip) = (site.parameter("dt_proj.bias"), site.parameter("A_log"), site.parameter("D"))
    convolution = ShortConvolution(
      channels: inner, kernel: primitive.kernel, weight: site.parameter("conv_weight"),
      bias: site.parameter("conv_bias"), appliesSiLU: true, &site)
    scan = SelectiveScan(channels: inner, states: states, sharedBy: nil, &site)
    projected = site.saved(site.rows * 2 * inner)
    (u, dt, result) = (site.saved(site.rows * inner), site.saved(site.rows * inner), site.saved(site.rows * inner))
    selection = site.saved(site.rows * width)
    projectedGradient = site.scratch(site.rows * 2 * inner)
    gradient = site.scratch(group * time * inner)
    dtGradient = site.scratch(group * time * inner)
    selectionGradient = site.scratch(group * time * width)
  }

  func beginStep() {
    scan.load { channel, state in
      -exp(decayLog.value[channel * states + state])
    } skip: {
      skip.value[$0]
    }
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    inProjection.forward(x, into: projected, rows: rows)
    for first in stride(from: 0, to: sequences, by: group) {
      select(first, min(group, sequences - first))
    }
    outProjection.forward(result, into: y, rows: rows, adding: true)
  }

  /// From `projected` to `result` for a group of sequences.
  private func select(_ first: Int, _ sequences: Int) {
    let (row, rows) = (first * time, sequences * time)
    let (u, dt, selection) = (u + row * inner, dt + row * inner, selection + row * width)
    convolution.forward(
      projected + row * 2 * inner, strideX: 2 * inner, into: u, strideY: inner, sequences: sequences)
    inputProjection.forward(u, into: selection, rows: rows)
    stepProjection.forward(selection, into: dt, rows: rows)
    StepSize.forward(dt, bias: stepBias.value, rows: rows, columns: inner)
    scan.forward(
      inputs(row), into: Columns(result + row * inner, stride: inner), first: first, sequences: sequences)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    outProjection.backwardWeight(dy, result, rows: rows)
    scan.clearGradients()
    for first in stride(from: 0, to: sequences, by: group) {
      selectBackward(dy + first * time * dim, first, min(group, sequences - first))
    }
    for channel in 0..<inner {
      for state in 0..<states {
        let place = channel * states + state
        decayLog.gradient[place] -= scan.rateGradient(channel, state) * exp(decayLog.value[place])
      }
      skip.gradient[channel] += scan.skipGradient(channel)
    }
    inProjection.backward(projectedGradient, x, addingTo: dx, rows: rows)
  }

  /// From `dy` of a group of sequences to their `projectedGradient`.
  private func selectBackward(_ dy: UnsafePointer<Float>, _ first: Int, _ sequences: Int) {
    let (row, rows) = (first * time, sequences * time)
    let (u, dt, selection) = (u + row * inner, dt + row * inner, selection + row * width)
    let (outer, outerGradient) = (projected + row * 2 * inner, projectedGradient + row * 2 * inner)
    outProjection.backwardInput(dy, into: gradient, rows: rows)
    let gradients = tensors(dt: dtGradient, u: gradient, projected: outerGradient, selection: selectionGradient)
    scan.backward(
      inputs(row), Columns(gradient, stride: inner), into: gradients, first: first, sequences: sequences)

    StepSize.backward(dt, gradient: dtGradient, bias: stepBias.gradient, rows: rows, columns: inner)
    stepProjection.backwardWeight(dtGradient, selection, rows: rows)
    stepProjection.backwardInput(dtGradient, into: selectionGradient, rows: rows)
    inputProjection.backward(selectionGradient, u, addingTo: gradient, rows: rows)

    convolution.backward(
      outer, strideX: 2 * inner, gradient, strideY: inner, into: outerGradient, strideDX: 2 * inner,
      sequences: sequences)
  }

  /// The scan's inputs from `row` on.
  private func inputs(_ row: Int) -> SelectiveScan.Tensors {
    tensors(
      dt: dt + row * inner, u: u + row * inner, projected: projected + row * 2 * inner,
      selection: selection + row * width)
  }

  private func tensors(dt: Pointer, u: Pointer, projected: Pointer, selection: Pointer) -> SelectiveScan.Tensors {
    SelectiveScan.Tensors(
      dt: Columns(dt, stride: inner), u: Columns(u, stride: inner),
      z: Columns(projected + inner, stride: 2 * inner), b: Columns(selection + rank, stride: width),
      c: Columns(selection + rank + states, stride: width))
  }
}
