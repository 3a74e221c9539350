import Engine

/// Gated linear attention (Yang et al. 2023, arXiv 2312.06635), per head with a state S [d, d], d = dim / heads:
///
///     a_t = sigmoid(W₁ W₀ x_t + b)^(1/16)                        [rows, dim], one decay for each key channel
///     S_t = diag(a_t) S_{t−1} + k_t v_tᵀ,  o_t = d^−½ S_tᵀ q_t    with q, k, v = projections of x
///     n   = g_norm ⊙ o / √(mean o² + 1e-5)                       within each head
///     y   = W (n ⊙ silu(W_g x))                                  [rows, dim]
struct GatedLinearAttention: Primitive {
  static let specification = PrimitiveSpecification(
    name: "gated-linear-attention", aliases: [.init("mh-gated-linear-attention")], family: .recurrence,
    summary: "linear attention whose state decays by a learned, token-dependent gate per key channel",
    source: "arXiv 2312.06635",
    options: [headOptions.heads, headOptions.headDim])

  private static let headOptions = HeadOptions(.heads(8))

  /// The inner width of the decay's projection, and what its logarithm is divided by.
  static let decayRank = 16
  static let decayDivisor: Float = 16

  let dim, heads, headDim: Int

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    (heads, headDim) = try Self.headOptions.split(dim, options, of: Self.self)
  }

  /// Initial values: those of the flash-linear-attention code, Xavier-uniform with gain 2^−2.5 and zero bias. `gk_proj1`
  /// is a matrix for its initial values' sake, which shrink with the width, though its inputs are as many at every width.
  var parameters: [Parameter] {
    func xavier(_ outputs: Int, _ inputs: Int) -> Initializer {
      .uniform(bound: (6 / Double(inputs + outputs) / 32).squareRoot())
    }
    let square = xavier(dim, dim)
    let rank = Self.decayRank
    let maps = ["q_proj", "k_proj", "v_proj", "g_proj", "o_proj"].map {
      Parameter.matrix("\($0).weight", [dim, dim], square)
    }
    return maps + [
      .matrix("gk_proj0.weight", [rank, dim], xavier(rank, dim)),
      .matrix("gk_proj1.weight", [dim, rank], xavier(dim, rank)),
      .vector("gk_proj1.bias", [dim], .zeros),
      .vector("g_norm", [headDim], .ones),
    ]
  }

  /// Five projections, the decay's two thin ones, and the scan.
  func costs(time: Int) -> Costs {
    let (width, rank) = (Double(dim), Double(Self.decayRank))
    let scan = DecayScan<ReadsNewState>.flops(heads: heads, width: headDim)
    return Costs(forwardFLOPs: 10 * width * width + 4 * width * rank + scan, state: dim * headDim)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { GatedLinearAttentionKernel(self, &site) }
}

private final class GatedLinearAttentionKernel: Kernel {
  let dim, time: Int
  let q, k, v, g, inner, outer: LinearMap
  let bias: ParameterPointers
  let recurrence: GatedRecurrence<ReadsNewState>
  let narrow: Pointer  // W₀ x [rows, 16], saved
  let slope: Pointer  // ∂a/∂(its projection) [rows, dim], saved
  let narrowGradient: Pointer  // [rows, 16]

  init(_ primitive: GatedLinearAttention, _ site: inout KernelSite) {
    (dim, time) = (primitive.dim, site.time)
    q = site.linear("q_proj.weight", inputs: dim, outputs: dim)
    k = site.linear("k_proj.weight", inputs: dim, outputs: dim)
    v = site.linear("v_proj.weight", inputs: dim, outputs: dim)
    g = site.linear("g_proj.weight", inputs: dim, outputs: dim)
    inner = site.linear("gk_proj0.weight", inputs: dim, outputs: GatedLinearAttention.decayRank)
    outer = site.linear("gk_proj1.weight", inputs: GatedLinearAttention.decayRank, outputs: dim)
    bias = site.parameter("gk_proj1.bias")
    narrow = site.saved(site.rows * GatedLinearAttention.decayRank)
    slope = site.saved(site.rows * dim)
    narrowGradient = site.scratch(site.rows * GatedLinearAttention.decayRank)
    let width = primitive.dim / primitive.heads
    // The factor d^−½ of o cancels in the norm but for its epsilon.
    recurrence = GatedRecurrence(
      Heads(count: primitive.heads, width: width, time: site.time), constantDecay: false,
      epsilon: 1e-5 * Float(width),
      tensors: .init(
        bonus: nil, normWeight: site.parameter("g_norm"), normBias: nil,
        output: site.linear("o_proj.weight", inputs: dim, outputs: dim)),
      &site)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    q.forward(x, into: recurrence.query, rows: rows)
    k.forward(x, into: recurrence.key, rows: rows)
    v.forward(x, into: recurrence.value, rows: rows)
    g.forward(x, into: recurrence.gate, rows: rows)
    decays(x, rows: rows)
    recurrence.forward(into: y, sequences: sequences)
  }

  /// `a = e^{−softplus(−z) / 16}` and `∂a/∂z = a sigmoid(−z) / 16`, both with `e^−|z|` computed once.
  private func decays(_ x: UnsafePointer<Float>, rows: Int) {
    inner.forward(x, into: narrow, rows: rows)
    let (decay, slope, bias) = (recurrence.decay, slope, bias.value)
    outer.forward(narrow, into: decay, rows: rows)
    let share = 1 / GatedLinearAttention.decayDivisor
    for row in 0..<rows {
      let (a, slopes) = (decay + row * dim, slope + row * dim)
      @inline(__always) func body<L: MemoryLanes>(_ i: Int, _: L.Type) {
        let z = L.load(a + i) + L.load(bias + i)
        let small = VectorMath.exp(-z.magnitudes)
        let softplus = (-z).upper(L(repeating: 0)) + VectorMath.log1p(small)
        let factor = VectorMath.exp(L(repeating: -share) * softplus)
        factor.store(to: a + i)
        let sigmoid = small.whereNonNegative(z, else: L(repeating: 1)) / (L(repeating: 1) + small)
        (L(repeating: share) * factor * sigmoid).store(to: slopes + i)
      }
      forEachVector(dim) {
        body($0, Vector.self)
      } tail: {
        body($0, Float.self)
      }
    }
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    recurrence.backward(dy, sequences: sequences)
    q.backward(recurrence.queryGradient, x, addingTo: dx, rows: rows)
    k.backward(recurrence.keyGradient, x, addingTo: dx, rows: rows)
    v.backward(recurrence.valueGradient, x, addingTo: dx, rows: rows)
    g.backward(recurrence.gateGradient, x, addingTo: dx, rows: rows)

    let gradient = recurrence.decayGradient
    recurrence.scaleDecayGradient(by: slope, bias: bias, rows: rows)
    outer.backwardWeight(gradient, narrow, rows: rows)
    outer.backwardInput(gradient, into: narrowGradient, rows: rows)
    inner.backward(narrowGradient, x, addingTo: dx, rows: rows)
  }
}
