import Engine

/// The part that gated linear attention, RWKV-5 and RWKV-6 share, from queries, keys, values, decays and gates to the
/// output: the scan over a decaying state, RWKV's bonus of the present token, the norm of each head with its gate, and
/// the output projection.
///
/// The owner fills `query`, `key`, `value`, `gate` and `decay` before `forward`, and takes their gradients after
/// `backward`.
final class GatedRecurrence<Reading: StateReading> {
  /// The tensors of this part.
  struct Tensors {
    /// `nil` where the output reads the new state.
    let bonus: ParameterPointers?
    let normWeight: ParameterPointers
    /// With a bias the norm centres (group normalisation), without one it does not (RMS normalisation).
    let normBias: ParameterPointers?
    let output: LinearMap
  }

  let heads: Heads
  let query, key, value, gate: Pointer  // [rows, dim], saved
  let decay: Pointer  // [rows, dim], or [dim] if constant, saved
  let queryGradient, keyGradient, valueGradient, gateGradient, decayGradient: Pointer  // [rows, dim]

  private let tensors: Tensors
  private let scan: DecayScan<Reading>
  private let bonus: PresentBonus
  private let norm: GatedHeadNorm
  private let unit: Pointer  // the scan's output, then normalised [rows, dim], saved
  private let scales: Pointer  // [rows, heads], saved
  private let gated, upstream: Pointer  // [rows, dim]

  /// - Parameter epsilon: of the norm. A factor s of the recurrence's output is an epsilon 1/s² times as large.
  init(_ heads: Heads, constantDecay: Bool, epsilon: Float, tensors: Tensors, _ site: inout KernelSite) {
    (self.heads, self.tensors) = (heads, tensors)
    let matrix = site.rows * heads.dim + Heads.overhang
    query = site.saved(matrix)
    key = site.saved(matrix)
    value = site.saved(matrix)
    gate = site.saved(matrix)
    decay = site.saved(constantDecay ? heads.dim + Heads.overhang : matrix)
    unit = site.saved(matrix)
    scales = site.saved(site.rows * heads.count)
    queryGradient = site.scratch(matrix)
    keyGradient = site.scratch(matrix)
    valueGradient = site.scratch(matrix)
    gateGradient = site.scratch(matrix)
    decayGradient = site.scratch(matrix)
    gated = site.scratch(matrix)
    upstream = site.scratch(matrix)
    scan = DecayScan(heads, constantDecay: constantDecay, &site)
    bonus = PresentBonus(heads, &site)
    norm = GatedHeadNorm(heads, centers: tensors.normBias != nil, epsilon: epsilon, &site)
  }

  private var operands: DecayScan<Reading>.Operands { .init(query: query, key: key, value: value, decay: decay) }

  /// `y += W (norm(scan) ⊙ silu(gate))`.
  func forward(into y: Pointer, sequences: Int) {
    let rows = sequences * heads.time
    if let parameter = tensors.bonus {
      bonus.forward(parameter, query: query, key: key, value: value, into: unit, rows: rows)
    }
    scan.forward(operands, into: unit, sequences: sequences)
    norm.forward(
      unit, gate: gate, weight: tensors.normWeight, bias: tensors.normBias, scales: scales, into: gated, rows: rows)
    tensors.output.forward(gated, into: y, rows: rows, adding: true)
  }

  /// Fills the gradients of what the owner gave, and adds those of the tensors.
  func backward(_ dy: UnsafePointer<Float>, sequences: Int) {
    let rows = sequences * heads.time
    tensors.output.backwardInput(dy, into: upstream, rows: rows)
    norm.backward(
      unit, gate: gate, weight: tensors.normWeight, bias: tensors.normBias, scales: scales, upstream: upstream,
      gateGradient: gateGradient, y: gated, rows: rows)
    tensors.output.backwardWeight(dy, gated, rows: rows)
    if let parameter = tensors.bonus {
      bonus.backward(
        parameter, query: query, key: key, value: value, upstream: upstream, queryGradient: queryGradient,
        keyGradient: keyGradient, valueGradient: valueGradient, rows: rows)
    }
    scan.backward(
      operands, upstream: upstream,
      gradients: .init(query: queryGradient, key: keyGradient, value: valueGradient, decay: decayGradient),
      sequences: sequences)
  }
  /// Turns the decays' gradient into that of `z + bias`, of which `slope [rows, dim]` is the derivative, and adds the
  /// bias's.
  func scaleDecayGradient(by slope: Pointer, bias: ParameterPointers, rows: Int) {
    let (dim, biasGradient) = (heads.dim, bias.gradient)
    for row in 0..<rows {
      let (gradient, slopes) = (decayGradient + row * dim, slope + row * dim)
      for i in 0..<dim {
        let scaled = gradient[i] * slopes[i]
        gradient[i] = scaled
        biasGradient[i] += scaled
      }
    }
  }
}
