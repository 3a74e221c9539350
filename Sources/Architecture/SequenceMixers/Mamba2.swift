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
    name: "mamba2", kind: .sequenceMixer,
    summary: "selective state space with one decay per head and a normalised gate",
    source: "arXiv 2405.21060",
    options: [
      .integer("d_state", default: 4, in: 1...256, "states per channel"),
      .integer("head_dim", default: 16, in: 1...1024, "channels per head; must divide the inner width"),
      .integer("d_conv", default: 4, in: 1...64, "taps of the short convolution"),
      .integer("expand", default: 2, in: 1...16, "inner channels per channel of the model"),
    ])

  let dim, inner, headDim, states, kernel: Int
  var heads: Int { inner / headDim }
  /// Channels of the convolution: u, B and C.
  var convolved: Int { inner + 2 * states }

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    inner = dim * (options.integer("expand") ?? 2)
    headDim = options.integer("head_dim") ?? 16
    states = options.integer("d_state") ?? 4
    kernel = options.integer("d_conv") ?? 4
    guard inner.isMultiple(of: headDim) else {
      throw ArchitectureError.unsuitable(
        primitive: "mamba2", reason: "head_dim must divide the inner width \(inner), found \(headDim)")
    }
  }

  /// Initial values: those of the reference implementation (state-spaces/mamba): A_log = ln U(1, 16), D = 1, dt_bias the
  /// inverse softplus of a step log-uniform in [0.001, 0.1], PyTorch's defaults for linear maps and the convolution.
  var parameters: [Parameter] {
    [
      Parameter("in_proj.weight", [inner + convolved + heads, dim], .linear(inputs: dim)),
      Parameter("conv_weight", [convolved, kernel], .linear(inputs: kernel)),
      Parameter("conv_bias", [convolved], .linear(inputs: kernel)),
      Parameter("dt_bias", [heads], StepSize.initialBias),
      Parameter("A_log", [heads], .values { _, random in log(1 + 15 * random.uniform()) }),
      Parameter("D", [heads], .ones),
      Parameter("norm", [inner], .ones),
      Parameter("out_proj.weight", [dim, inner], .linear(inputs: inner)),
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
  let inProjection, stepBias, decayLog, skip, norm, outProjection: ParameterPointers
  let convolution: ShortConvolution
  let scan: SelectiveScan
  let projected: Pointer  // z, a and p of each position [rows, width], saved
  let selection: Pointer  // u, B and C of each position [rows, convolved], saved
  let dt: Pointer  // [rows, heads], saved
  let result: Pointer  // o ⊙ silu(z) [rows, inner], saved
  let scale: Pointer  // one over the root mean square of each position's result [rows], saved
  let normalized: Pointer  // [rows, inner]
  let channelDt: Pointer  // dt of each channel, or its gradient [rows, inner]
  let gradient: Pointer  // ∂/∂normalized, then ∂/∂result [rows, inner]
  let dtGradient: Pointer  // [rows, heads]
  let channelDtGradient: Pointer  // [rows, inner]
  let selectionGradient: Pointer  // [rows, convolved]
  let projectedGradient: Pointer  // [rows, width]

  init(_ primitive: Mamba2, _ site: inout KernelSite) {
    (dim, inner, headDim) = (primitive.dim, primitive.inner, primitive.headDim)
    (heads, states, convolved) = (primitive.heads, primitive.states, primitive.convolved)
    (width, time) = (inner + convolved + heads, site.time)
    (inProjection, outProjection) = (site.parameter("in_proj.weight"), site.parameter("out_proj.weight"))
    (stepBias, decayLog) = (site.parameter("dt_bias"), site.parameter("A_log"))
    (skip, norm) = (site.parameter("D"), site.parameter("norm"))
    convolution = ShortConvolution(
      channels: convolved, kernel: primitive.kernel, weight: site.parameter("conv_weight"),
      bias: site.parameter("conv_bias"), appliesSiLU: true, &site)
    scan = SelectiveScan(channels: inner, states: states, sharesDecay: true, &site)
    projected = site.saved(site.rows * width)
    selection = site.saved(site.rows * convolved)
    dt = site.saved(site.rows * heads)
    result = site.saved(site.rows * inner)
    scale = site.saved(site.rows)
    normalized = site.scratch(site.rows * inner)
    channelDt = site.scratch(site.rows * inner)
    gradient = site.scratch(site.rows * inner)
    dtGradient = site.scratch(site.rows * heads)
    channelDtGradient = site.scratch(site.rows * inner)
    selectionGradient = site.scratch(site.rows * convolved)
    projectedGradient = site.scratch(site.rows * width)
  }

  func beginStep() {
    scan.load { channel, _ in
      -exp(decayLog.value[channel / headDim])
    } skip: {
      skip.value[$0 / headDim]
    }
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    Linear.forward(x, weight: inProjection.value, into: projected, rows: rows, inputs: dim, outputs: width)
    convolution.forward(
      projected + inner, strideX: width, into: selection, strideY: convolved, sequences: sequences)
    for row in 0..<rows {
      let (from, to) = (projected + row * width + inner + convolved, dt + row * heads)
      for head in 0..<heads { to[head] = from[head] }
    }
    StepSize.forward(dt, bias: stepBias.value, rows: rows, columns: heads)
    spreadSteps(rows)
    scan.forward(inputs, into: Columns(result, stride: inner), sequences: sequences)
    measure(rows)
    normalize(rows)
    Linear.forward(
      normalized, weight: outProjection.value, into: y, rows: rows, inputs: inner, outputs: dim, accumulate: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    normalize(rows)
    Linear.backwardWeight(dy, normalized, into: outProjection.gradient, rows: rows, inputs: inner, outputs: dim)
    Linear.backwardInput(dy, weight: outProjection.value, into: gradient, rows: rows, inputs: inner, outputs: dim)
    normalizeBackward(rows)
    spreadSteps(rows)
    let gradients = tensors(dt: channelDtGradient, selection: selectionGradient, projected: projectedGradient)
    scan.backward(inputs, Columns(gradient, stride: inner), into: gradients, sequences: sequences)
    for channel in 0..<inner {
      let head = channel / headDim
      decayLog.gradient[head] -= scan.rateGradient(channel, 0) * exp(decayLog.value[head])
      skip.gradient[head] += scan.skipGradient(channel)
    }
    gatherSteps(rows)
    StepSize.backward(dt, gradient: dtGradient, bias: stepBias.gradient, rows: rows, columns: heads)
    for row in 0..<rows {
      let (from, to) = (dtGradient + row * heads, projectedGradient + row * width + inner + convolved)
      for head in 0..<heads { to[head] = from[head] }
    }
    convolution.backward(
      projected + inner, strideX: width, selectionGradient, strideY: convolved, into: projectedGradient + inner,
      strideDX: width, sequences: sequences)
    Linear.backwardWeight(projectedGradient, x, into: inProjection.gradient, rows: rows, inputs: dim, outputs: width)
    Linear.backwardInput(
      projectedGradient, weight: inProjection.value, into: dx, rows: rows, inputs: dim, outputs: width,
      accumulate: true)
  }

  private var inputs: SelectiveScan.Tensors { tensors(dt: channelDt, selection: selection, projected: projected) }

  private func tensors(dt: Pointer, selection: Pointer, projected: Pointer) -> SelectiveScan.Tensors {
    SelectiveScan.Tensors(
      dt: Columns(dt, stride: inner), u: Columns(selection, stride: convolved), z: Columns(projected, stride: width),
      b: Columns(selection + inner, stride: convolved), c: Columns(selection + inner + states, stride: convolved))
  }

  /// Gives each channel its head's step size.
  private func spreadSteps(_ rows: Int) {
    for row in 0..<rows {
      for head in 0..<heads {
        let (value, line) = (dt[row * heads + head], channelDt + row * inner + head * headDim)
        for i in 0..<headDim { line[i] = value }
      }
    }
  }

  /// Adds up the channels' gradients of their head's step size.
  private func gatherSteps(_ rows: Int) {
    for place in 0..<rows * heads {
      dtGradient[place] = Reduce.sum(channelDtGradient + place * headDim, count: headDim)
    }
  }

  private func measure(_ rows: Int) {
    for row in 0..<rows {
      let line = result + row * inner
      let mean = Reduce.dot(line, line, count: inner) / Float(inner)
      scale[row] = 1 / (mean + 1e-5).squareRoot()
    }
  }

  private func normalize(_ rows: Int) {
    let weight = norm.value
    for row in 0..<rows {
      let (from, to, scale) = (result + row * inner, normalized + row * inner, scale[row])
      for i in 0..<inner { to[i] = from[i] * scale * weight[i] }
    }
  }

  /// `gradient` holds ∂/∂normalized and then ∂/∂result: with n = result · scale and g = ∂/∂normalized ⊙ norm it is
  /// `scale (g − n · mean(g ⊙ n))`.
  private func normalizeBackward(_ rows: Int) {
    let (weight, weightGradient) = (norm.value, norm.gradient)
    for row in 0..<rows {
      let (from, upstream, scale) = (result + row * inner, gradient + row * inner, scale[row])
      for i in 0..<inner {
        weightGradient[i] += upstream[i] * from[i] * scale
        upstream[i] *= weight[i]
      }
      let mean = Reduce.dot(upstream, from, count: inner) * scale / Float(inner)
      for i in 0..<inner { upstream[i] = scale * (upstream[i] - from[i] * scale * mean) }
    }
  }
}
