import Engine

/// Linear attention (Katharopoulos et al. 2020, arXiv 2006.16236), per head of d = dim/heads channels:
///
///     q, k, v = W_q x, W_k x, W_v x,   Q = φ(q), K = φ(k)                            [rows, dim]
///     o_t = Σ_{s ≤ t} (Q_t·K_s) v_s / (Σ_{s ≤ t} Q_t·K_s + ε)                        [time, d]
///     y = W_o o                                                                      [rows, dim]
///
/// `elu`: φ(a) = elu(a) + 1, ε = 10⁻⁶, as published. `mad`: φ(a) = (F₁ a + f₁) ⊙ (F₂ a + f₂) with maps of d channels that
/// all heads share, one pair for queries and one for keys, and ε = 10⁻¹²: the form of MAD's code (arXiv 2403.17844),
/// whose divisor has no sign and may come close to zero.
struct LinearAttention: Primitive {
  enum FeatureMap: String, CaseIterable { case elu, mad }

  static let specification = PrimitiveSpecification(
    name: "linear-attention", aliases: [.init("mh-linear-attention")], family: .recurrence,
    summary: "attention without softmax: a feature map on queries and keys, and a running sum as state",
    source: "arXiv 2006.16236",
    options: [headOptions.heads, headOptions.headDim, featureMapOption])

  private static let headOptions = HeadOptions(.heads(8))
  private static let featureMapOption = Option.word(
    "feature_map", default: FeatureMap.elu, "elu: elu + 1; mad: the product of two learned maps, as in MAD's code")

  let dim, heads, headDim: Int
  let featureMap: FeatureMap

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    (heads, headDim) = try Self.headOptions.split(dim, options, of: Self.self)
    featureMap = options[Self.featureMapOption]
  }

  /// Initial values: PyTorch's default for linear maps.
  var parameters: [Parameter] {
    var list = ["proj_q", "proj_k", "proj_v", "out_proj"].map { Parameter.matrix("\($0).weight", [dim, dim]) }
    if featureMap == .mad {
      for name in ["fq1", "fq2", "fk1", "fk2"] {
        list.append(.matrix("\(name).weight", [headDim, headDim]))
        list.append(.vector("\(name).bias", [headDim], .linear(inputs: headDim)))
      }
    }
    return list
  }

  /// Counted as a recurrence: the state and the normaliser are one matrix of d rows and d + 1 columns per head, which a
  /// token updates and reads.
  func costs(time: Int) -> Costs {
    let (width, head) = (Double(dim), Double(headDim))
    let maps = featureMap == .mad ? 8 * width * head : 0
    return Costs(forwardFLOPs: 8 * width * width + maps + 4 * width * (head + 1), state: dim * headDim + dim)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { LinearAttentionKernel(self, &site) }
}

private final class LinearAttentionKernel: Kernel {
  let dim: Int
  let heads: Heads
  let normalizer: Normalizer
  let projectQuery, projectKey, projectValue, projectOut: LinearMap
  let queryMap, keyMap: QuadraticMap?  // nil for elu + 1
  let q, k, v, out: Pointer  // [rows, dim], saved; with elu q and k hold φ(q) and φ(k)
  let inverse: Pointer  // 1/normaliser [rows, dim], saved
  let query, key: Pointer  // φ(q), φ(k) [rows, dim]
  let upstream, queryGradient, keyGradient, valueGradient: Pointer  // [rows, dim]
  let shares: Pointer  // ∂/∂normaliser [rows, dim]

  init(_ primitive: LinearAttention, _ site: inout KernelSite) {
    dim = primitive.dim
    heads = Heads(count: primitive.heads, width: primitive.headDim, time: site.time)
    let isSigned = primitive.featureMap == .mad
    normalizer = Normalizer(heads, epsilon: isSigned ? 1e-12 : 1e-6, &site)
    projectQuery = site.linear("proj_q.weight", inputs: dim, outputs: dim)
    projectKey = site.linear("proj_k.weight", inputs: dim, outputs: dim)
    projectValue = site.linear("proj_v.weight", inputs: dim, outputs: dim)
    projectOut = site.linear("out_proj.weight", inputs: dim, outputs: dim)
    let size = site.rows * dim + Heads.overhang
    (q, k, v, out) = (site.saved(size), site.saved(size), site.saved(size), site.saved(size))
    inverse = site.saved(size)
    queryMap = isSigned ? QuadraticMap("fq", heads, &site) : nil
    keyMap = isSigned ? QuadraticMap("fk", heads, &site) : nil
    query = isSigned ? site.scratch(size) : q
    key = isSigned ? site.scratch(size) : k
    (upstream, queryGradient) = (site.scratch(size), site.scratch(size))
    (keyGradient, valueGradient) = (site.scratch(size), site.scratch(size))
    shares = site.scratch(size)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * heads.time
    projectQuery.forward(x, into: q, rows: rows)
    projectKey.forward(x, into: k, rows: rows)
    projectValue.forward(x, into: v, rows: rows)
    if let queryMap, let keyMap {
      queryMap.forward(q, into: query, rows: rows)
      keyMap.forward(k, into: key, rows: rows)
    } else {
      ELUPlusOne.forward(q, count: rows * dim)
      ELUPlusOne.forward(k, count: rows * dim)
    }
    LinearScan.run(query: query, key: key, value: v, into: out, heads: heads, sequences: sequences)
    normalizer.forward(query: query, key: key, out: out, inverse: inverse, sequences: sequences)
    projectOut.forward(out, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * heads.time
    if let queryMap, let keyMap {
      queryMap.recompute(into: query, rows: rows)
      keyMap.recompute(into: key, rows: rows)
    }
    projectOut.backwardWeight(dy, out, rows: rows)
    projectOut.backwardInput(dy, into: upstream, rows: rows)
    normalizer.divide(upstream, out: out, inverse: inverse, shares: shares, sequences: sequences)
    LinearScan.run(query: upstream, key: v, value: key, into: queryGradient, heads: heads, sequences: sequences)
    LinearScan.run(
      query: v, key: upstream, value: query, into: keyGradient, heads: heads, sequences: sequences, reversed: true)
    LinearScan.run(
      query: key, key: query, value: upstream, into: valueGradient, heads: heads, sequences: sequences, reversed: true)
    normalizer.backward(
      query: query, key: key, shares: shares, queryGradient: queryGradient, keyGradient: keyGradient,
      sequences: sequences)
    if let queryMap, let keyMap {
      queryMap.backward(q, gradient: queryGradient, rows: rows)
      keyMap.backward(k, gradient: keyGradient, rows: rows)
    } else {
      ELUPlusOne.backward(q, gradient: queryGradient, count: rows * dim)
      ELUPlusOne.backward(k, gradient: keyGradient, count: rows * dim)
    }
    projectQuery.backward(queryGradient, x, addingTo: dx, rows: rows)
    projectKey.backward(keyGradient, x, addingTo: dx, rows: rows)
    projectValue.backward(valueGradient, x, addingTo: dx, rows: rows)
  }
}

/// `φ(a) = elu(a) + 1`: a + 1 for positive a, else e^a. In place: its slope is min(φ, 1).
private enum ELUPlusOne {
  /// Whole vectors: up to fifteen values behind the last change too.
  static func forward(_ a: Pointer, count: Int) {
    for i in stride(from: 0, to: count, by: vectorWidth) {
      let value = a.vector(i)
      // Zero first, so that NaN goes through.
      a.store(Vector.zero.upper(value) + VectorMath.exp(Vector.zero.lower(value)), i)
    }
  }

  static func backward(_ features: Pointer, gradient: Pointer, count: Int) {
    let one = Vector(repeating: 1)
    for i in stride(from: 0, to: count, by: vectorWidth) {
      gradient.store(gradient.vector(i) * features.vector(i).lower(one), i)
    }
  }
}
