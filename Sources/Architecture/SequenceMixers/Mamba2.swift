import Engine
import Foundation

/// Mamba-2 (Dao and Gu 2024, arXiv 2405.21060): one decay per head; inner = expand · dim, heads = inner / head_dim:
///
///     (z, a, p) = W_in x                                    [rows, inner], [rows, inner + 2 d_state], [rows, heads]
///     (u, B, C) = silu(causal convolution of a)             [rows, inner], [rows, d_state] twice
///     dt = softplus(p + dt_bias)                            [rows, heads]
///     S_t = exp(−dt e^A_log) S_{t−1} + dt u Bᵀ, o_t = S_t C + D u                  S [head_dim, d_state] per head
///     y = W_out (RMS norm of o ⊙ silu(z))
struct Mamba2: Primitive {
  static let specification = PrimitiveSpecification(
    name: "mamba2", family: .recurrence,
    summary: "selective state space with one decay per head and a normalised gate",
    source: "arXiv 2405.21060",
    options: [statesOption, headDimOption, kernelOption, expandOption])

  private static let statesOption = Option.integer("d_state", default: 4, in: 1...256, "states per channel")
  private static let headDimOption = Option.integer(
    "head_dim", default: 16, in: 1...1024, "channels per head; must divide the inner width")
  private static let kernelOption = Option.integer("d_conv", default: 4, in: 1...64, "taps of the short convolution")
  private static let expandOption = Option.integer(
    "expand", default: 2, in: 1...16, "inner channels per channel of the model")

  let dim, inner, headDim, states, kernel: Int
  var heads: Int { inner / headDim }
  /// Channels of the convolution: u, B and C.
  var convolved: Int { inner + 2 * states }

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    inner = dim * options[Self.expandOption]
    headDim = options[Self.headDimOption]
    states = options[Self.statesOption]
    kernel = options[Self.kernelOption]
    guard inner.isMultiple(of: headDim) else {
      throw Self.unsuitable("head_dim must divide the inner width \(inner), found \(headDim)")
    }
  }

  /// Initial values: those of the reference implementation (state-spaces/mamba): A_log = ln U(1, 16), D = 1, dt_bias the
  /// inverse softplus of a step log-uniform in [0.001, 0.1], PyTorch's defaults for linear maps and the convolution.
  var parameters: [Parameter] {
    [
      .matrix("in_proj.weight", [inner + convolved + heads, dim]),
      .vector("conv_weight", [convolved, kernel], .linear(inputs: kernel)),
      .vector("conv_bias", [convolved], .linear(inputs: kernel)),
      .vector("dt_bias", [heads], StepSize.initialBias),
      .vector("A_log", [heads], .values { _, random in log(1 + 15 * random.uniform()) }),
      .vector("D", [heads], .ones),
      .vector("norm", [inner], .ones),
      .matrix("out_proj.weight", [dim, inner]),
    ]
  }

  func costs(time: Int) -> Costs {
    let products = 2 * Double(dim) * Double(2 * inner + convolved + heads)
    let scans = SelectiveScan.flops(channels: inner, states: states)
    let convolution = ShortConvolution.flops(channels: convolved, kernel: kernel)
    return Costs(forwardFLOPs: products + scans + convolution, state: inner * states + convolved * kernel)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { Mamba2Kernel(self, &site) }
}

private final class Mamba2Kernel: Kernel {
  let dim, inner, headDim, heads, states, convolved, width, time: Int  // width = inner + convolved + heads
  /// Row strides, whole cache lines.
  let outerStride, selectionStride: Int
  /// Between the outer projections sequences go through in groups, whose tensors stay in the cache.
  let group: Int
  let inProjection, outProjection: LinearMap
  let stepBias, decayLog, skip, norm: ParameterPointers
  let convolution: ShortConvolution
  let scan: any HeadScan
  let projected: Pointer  // z, a and p of each position [rows, outerStride], saved
  let selection: Pointer  // u, B and C of each position [rows, selectionStride], saved
  let dt: Pointer  // [rows, heads], saved
  let result: Pointer  // o ⊙ silu(z) [rows, inner], saved
  let scale: Pointer  // one over the root mean square of each position's result [rows], saved
  let normalized: Pointer  // [rows, inner]
  let projectedGradient: Pointer  // [rows, outerStride]
  let gradient: Pointer  // of a group: ∂/∂normalized, then ∂/∂result [group rows, inner]
  let dtGradient: Pointer  // [group rows, heads]
  let selectionGradient: Pointer  // [group rows, selectionStride]

  init(_ primitive: Mamba2, _ site: inout KernelSite) {
    (dim, inner, headDim) = (primitive.dim, primitive.inner, primitive.headDim)
    (heads, states, convolved) = (primitive.heads, primitive.states, primitive.convolved)
    (width, time) = (inner + convolved + heads, site.time)
    (outerStride, selectionStride) = (aligned(width), aligned(convolved))
    group = SelectiveScan.groupLength(time: time)
    inProjection = site.linear("in_proj.weight", inputs: dim, outputs: width, y: .positions(stride: outerStride))
    outProjection = site.linear("out_proj.weight", inputs: inner, outputs: dim)
    (stepBias, decayLog) = (site.parameter("dt_bias"), site.parameter("A_log"))
    (skip, norm) = (site.parameter("D"), site.parameter("norm"))
    convolution = ShortConvolution(
      channels: convolved, kernel: primitive.kernel, weight: site.parameter("conv_weight"),
      bias: site.parameter("conv_bias"), appliesSiLU: true, &site)
    // With few states the recurrence runs step by step, with many as matrix products.
    scan =
      states < 32
      ? SelectiveScan(channels: inner, states: states, headDim: headDim, stride: selectionStride, &site)
      : ChunkedScan(channels: inner, states: states, headDim: headDim, stride: selectionStride, &site)
    projected = site.saved(site.rows * outerStride)
    selection = site.saved(site.rows * selectionStride)
    dt = site.saved(site.rows * heads)
    result = site.saved(site.rows * inner)
    scale = site.saved(site.rows)
    normalized = site.scratch(site.rows * inner)
    projectedGradient = site.scratch(site.rows * outerStride)
    gradient = site.scratch(group * time * inner)
    dtGradient = site.scratch(group * time * heads)
    selectionGradient = site.scratch(group * time * selectionStride)
  }

  func beginStep() {
    scan.load {
      -exp(decayLog.value[$0])
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
    outProjection.forward(normalized, into: y, rows: rows, adding: true)
  }

  /// From `projected` to `normalized` for a group of sequences.
  private func select(_ first: Int, _ sequences: Int) {
    let (row, rows) = (first * time, sequences * time)
    let (outer, dt) = (projected + row * outerStride, dt + row * heads)
    convolution.forward(
      outer + inner, strideX: outerStride, into: selection + row * selectionStride, strideY: selectionStride,
      sequences: sequences)
    copy(outer + inner + convolved, outerStride, into: dt, heads, rows: rows)
    StepSize.forward(dt, bias: stepBias.value, rows: rows, columns: heads)
    let result = Columns(result + row * inner, stride: inner)
    scan.forward(inputs(row), into: result, first: first, sequences: sequences)
    for row in row..<row + rows {
      let line = self.result + row * inner
      scale[row] = 1 / (Reduce.dot(line, line, count: inner) / Float(inner) + 1e-5).squareRoot()
      normalize(row)
    }
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    scan.clearGradients()
    for first in stride(from: 0, to: sequences, by: group) {
      selectBackward(dy + first * time * dim, first, min(group, sequences - first))
    }
    for head in 0..<heads {
      decayLog.gradient[head] -= scan.rateGradient(head: head) * exp(decayLog.value[head])
      skip.gradient[head] += scan.skipGradient(head: head)
    }
    outProjection.backwardWeight(dy, normalized, rows: rows)
    inProjection.backward(projectedGradient, x, addingTo: dx, rows: rows)
  }

  /// From `dy` of a group of sequences to their `projectedGradient`, and `normalized` once more.
  private func selectBackward(_ dy: UnsafePointer<Float>, _ first: Int, _ sequences: Int) {
    let (row, rows) = (first * time, sequences * time)
    let (outer, outerGradient) = (projected + row * outerStride, projectedGradient + row * outerStride)
    outProjection.backwardInput(dy, into: gradient, rows: rows)
    for index in 0..<rows {
      normalize(row + index)
      normalizeBackward(row + index, gradient + index * inner)
    }
    let gradients = tensors(dt: dtGradient, selection: selectionGradient, projected: outerGradient)
    scan.backward(
      inputs(row), Columns(gradient, stride: inner), into: gradients, first: first, sequences: sequences)
    StepSize.backward(dt + row * heads, gradient: dtGradient, bias: stepBias.gradient, rows: rows, columns: heads)
    copy(dtGradient, heads, into: outerGradient + inner + convolved, outerStride, rows: rows)
    convolution.backward(
      outer + inner, strideX: outerStride, selectionGradient, strideY: selectionStride, into: outerGradient + inner,
      strideDX: outerStride, sequences: sequences)
  }

  /// The scan's inputs from `row` on.
  private func inputs(_ row: Int) -> SelectiveScan.Tensors {
    tensors(
      dt: dt + row * heads, selection: selection + row * selectionStride, projected: projected + row * outerStride)
  }

  private func tensors(dt: Pointer, selection: Pointer, projected: Pointer) -> SelectiveScan.Tensors {
    SelectiveScan.Tensors(
      dt: Columns(dt, stride: heads), u: Columns(selection, stride: selectionStride),
      z: Columns(projected, stride: outerStride),
      b: Columns(selection + inner, stride: selectionStride),
      c: Columns(selection + inner + states, stride: selectionStride))
  }

  /// Copies one number per head and row.
  private func copy(_ source: Pointer, _ stride: Int, into target: Pointer, _ targetStride: Int, rows: Int) {
    for row in 0..<rows {
      for head in 0..<heads { target[row * targetStride + head] = source[row * stride + head] }
    }
  }

  private func normalize(_ row: Int) {
    let (from, to, scale, weight) = (result + row * inner, normalized + row * inner, scale[row], norm.value)
    for i in 0..<inner { to[i] = from[i] * scale * weight[i] }
  }

  /// `gradient` holds ∂/∂normalized of a row and then ∂/∂result: with n = result · scale and g = ∂/∂normalized ⊙ norm it
  /// is `scale (g − n · mean(g ⊙ n))`.
  private func normalizeBackward(_ row: Int, _ gradient: Pointer) {
    let (from, scale, weight, weightGradient) = (result + row * inner, scale[row], norm.value, norm.gradient)
    for i in 0..<inner {
      weightGradient[i] += gradient[i] * from[i] * scale
      gradient[i] *= weight[i]
    }
    let mean = Reduce.dot(gradient, from, count: inner) * scale / Float(inner)
    for i in 0..<inner { gradient[i] = scale * (gradient[i] - from[i] * scale * mean) }
  }
}
