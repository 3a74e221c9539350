import Engine
import Foundation

/// Gated DeltaNet (Yang, Kautz and Hatamizadeh 2024, arXiv 2412.06464), per head of d = dim/heads channels:
///
///     q, k, v = silu(conv(W_q x)), silu(conv(W_k x)), silu(conv(W_v x));  q and k at length 1, q / √d     [rows, dim]
///     b = sigmoid(W_β x),  a = exp(−e^{A_log} softplus(W_α x + dt_bias))                                  [rows, heads]
///     S_t = a_t S_{t−1} + b_t k_t (v_t − a_t S_{t−1}ᵀ k_t)ᵀ,  o_t = S_tᵀ q_t                              [d, d]
///     y = W_o (o / √(mean o² + 10⁻⁵) ⊙ norm ⊙ silu(W_g x))                                                [rows, dim]
///
/// with a short causal convolution of each channel. Heads: 16 by default, 2 560 numbers of state at width 128; 32 would
/// give 2 048, but heads of only four channels.
struct GatedDeltaNet: Primitive {
  static let specification = PrimitiveSpecification(
    name: "gated-deltanet", family: .recurrence,
    summary: "linear attention that corrects what its state holds for a key, with a decay and short convolutions",
    source: "arXiv 2412.06464",
    options: [headOptions.heads, headOptions.headDim, kernelOption])

  private static let headOptions = HeadOptions(.heads(16))
  private static let kernelOption = Option.integer(
    "d_conv", default: 4, in: 1...64, "length of the short convolutions of q, k and v")

  let dim, heads, headDim, kernel: Int

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    (heads, headDim) = try Self.headOptions.split(dim, options, of: Self.self)
    kernel = options[Self.kernelOption]
  }

  /// Initial values: PyTorch's default for linear maps and convolutions; decays as in the authors' code and, but for the
  /// range of A, in Mamba-2: A in U(0, 16), dt_bias the inverse softplus of a log-uniform step in [0.001, 0.1].
  var parameters: [Parameter] {
    let decays = Initializer.values { _, random in log(16 * (1 - random.uniform())) }
    let steps = Initializer.values { _, random in
      let step = exp(random.uniform() * log(100) + log(0.001))
      return step + log(-expm1(-step))
    }
    let maps = ["q", "k", "v", "g", "out"].map { Parameter.matrix("\($0).weight", [dim, dim]) }
    let convolutions = ["q", "k", "v"].map { Parameter.vector("\($0)_conv", [dim, kernel], .linear(inputs: kernel)) }
    return maps + convolutions + [
      .matrix("beta.weight", [heads, dim]),
      .matrix("alpha.weight", [heads, dim]),
      .vector("dt_bias", [heads], steps),
      .vector("A_log", [heads], decays),
      .vector("norm", [headDim], .ones),
    ]
  }

  /// The scan counts three products with the state: what it holds for k, the correction, and what q reads.
  func costs(time: Int) -> Costs {
    let width = Double(dim)
    let maps = 10 * width * width + 4 * width * Double(heads)
    let convolutions = 3 * ShortConvolution.flops(channels: dim, kernel: kernel)
    return Costs(
      forwardFLOPs: maps + convolutions + 6 * width * Double(headDim), state: dim * headDim + 3 * dim * kernel)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { GatedDeltaNetKernel(self, &site) }
}

private final class GatedDeltaNetKernel: Kernel {
  /// One of q, k and v: a projection and its short convolution.
  struct Stream {
    let map: LinearMap
    let convolution: ShortConvolution
    let projected, output: Pointer  // [rows, dim], saved

    init(_ name: String, _ primitive: GatedDeltaNet, _ site: inout KernelSite) {
      map = site.linear("\(name).weight", inputs: primitive.dim, outputs: primitive.dim)
      convolution = ShortConvolution(
        channels: primitive.dim, kernel: primitive.kernel, weight: site.parameter("\(name)_conv"), bias: nil,
        appliesSiLU: true, &site)
      projected = site.saved(site.rows * primitive.dim)
      output = site.saved(site.rows * primitive.dim + Heads.overhang)
    }
  }

  let dim: Int
  let heads: Heads
  let q, k, v: Stream
  let scan: DeltaScan
  let gates: DeltaGates
  let queryNorm, keyNorm: HeadLengthNorm
  let outputNorm: GatedHeadNorm
  let gateMap, outMap, betaMap, alphaMap: LinearMap
  let normWeight: ParameterPointers
  let gate, error: Pointer  // W_g x, v − a Sᵀk [rows, dim], saved
  let unit, unitScales: Pointer  // o, then normalised [rows, dim]; by what [rows, heads]; saved
  let queryFactors, keyFactors: Pointer  // [rows, dim], saved
  let upstream, result, gateGradient: Pointer  // [rows, dim]
  let queryGradient, keyGradient, valueGradient: Pointer  // [rows, dim]

  init(_ primitive: GatedDeltaNet, _ site: inout KernelSite) {
    dim = primitive.dim
    heads = Heads(count: primitive.heads, width: primitive.headDim, time: site.time)
    q = Stream("q", primitive, &site)
    k = Stream("k", primitive, &site)
    v = Stream("v", primitive, &site)
    scan = DeltaScan(heads, &site)
    gates = DeltaGates(
      heads, bias: site.parameter("dt_bias"), logStrength: site.parameter("A_log"), &site)
    queryNorm = HeadLengthNorm(heads, scale: 1 / Float(heads.width).squareRoot(), &site)
    keyNorm = HeadLengthNorm(heads, scale: 1, &site)
    outputNorm = GatedHeadNorm(heads, centers: false, epsilon: 1e-5, &site)
    normWeight = site.parameter("norm")
    gateMap = site.linear("g.weight", inputs: dim, outputs: dim)
    outMap = site.linear("out.weight", inputs: dim, outputs: dim)
    betaMap = site.linear("beta.weight", inputs: dim, outputs: heads.count)
    alphaMap = site.linear("alpha.weight", inputs: dim, outputs: heads.count)
    let size = site.rows * dim + Heads.overhang
    (gate, error, unit) = (site.saved(size), site.saved(size), site.saved(size))
    unitScales = site.saved(site.rows * heads.count)
    (queryFactors, keyFactors) = (site.saved(size), site.saved(size))
    (upstream, result, gateGradient) = (site.scratch(size), site.scratch(size), site.scratch(size))
    (queryGradient, keyGradient, valueGradient) = (site.scratch(size), site.scratch(size), site.scratch(size))
  }

  private var operands: DeltaScan.Operands {
    DeltaScan.Operands(query: q.output, key: k.output, value: v.output, decay: gates.decay, rate: gates.rate)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * heads.time
    for stream in [q, k, v] {
      stream.map.forward(x, into: stream.projected, rows: rows)
      stream.convolution.forward(
        stream.projected, strideX: dim, into: stream.output, strideY: dim, sequences: sequences)
    }
    gateMap.forward(x, into: gate, rows: rows)
    betaMap.forward(x, into: gates.rate, rows: rows)
    alphaMap.forward(x, into: gates.step, rows: rows)
    queryNorm.forward(q.output, factors: queryFactors, rows: rows)
    keyNorm.forward(k.output, factors: keyFactors, rows: rows)
    gates.forward(rows: rows)
    scan.forward(operands, into: unit, error: error, sequences: sequences)
    outputNorm.forward(
      unit, gate: gate, weight: normWeight, bias: nil, scales: unitScales, into: result, rows: rows)
    outMap.forward(result, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * heads.time
    outMap.backwardInput(dy, into: upstream, rows: rows)
    outputNorm.backward(
      unit, gate: gate, weight: normWeight, bias: nil, scales: unitScales, upstream: upstream,
      gateGradient: gateGradient, y: result, rows: rows)
    outMap.backwardWeight(dy, result, rows: rows)
    scan.backward(
      operands, error: error, upstream: upstream, query: queryGradient, key: keyGradient, value: valueGradient,
      sequences: sequences)
    gates.backward(
      value: v.output, unit: unit, unitScales: unitScales, error: error, upstream: upstream,
      valueGradient: valueGradient, sequences: sequences)
    queryNorm.backward(q.output, factors: queryFactors, gradient: queryGradient, rows: rows)
    keyNorm.backward(k.output, factors: keyFactors, gradient: keyGradient, rows: rows)
    for (stream, gradient) in [(q, queryGradient), (k, keyGradient), (v, valueGradient)] {
      stream.convolution.backward(
        stream.projected, strideX: dim, gradient, strideY: dim, into: gradient, strideDX: dim, sequences: sequences)
      stream.map.backward(gradient, x, addingTo: dx, rows: rows)
    }
    gateMap.backward(gateGradient, x, addingTo: dx, rows: rows)
    betaMap.backward(gates.rateGradient, x, addingTo: dx, rows: rows)
    alphaMap.backward(gates.stepGradient, x, addingTo: dx, rows: rows)
  }
}
