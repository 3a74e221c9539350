import Engine

/// The time mixer of RWKV-5 (Eagle; Peng et al. 2024, arXiv 2404.05892), per head with a state S [d, d], d = head_dim:
///
///     x_a = x_t ⊙ mix_a + x_{t−1} ⊙ (1 − mix_a)          for a = r, k, v, g; r, k, v = projections of x_r, x_k, x_v
///     o_t = (S_{t−1} + diag(bonus) k_t v_tᵀ)ᵀ r_t
///     S_t = diag(w) S_{t−1} + k_t v_tᵀ,  w = exp(−exp(decay))                     constant in time
///     y   = W (groupnorm(o / 8) ⊙ silu(W_g x_g))         each head is a group     [rows, dim]
struct RWKV5TimeMixer: Primitive {
  static let specification = PrimitiveSpecification(
    name: "rwkv5-time-mixer", family: .recurrence,
    summary: "linear attention with a decay per key channel, a bonus for the present token and token shifts",
    source: "arXiv 2404.05892 (Eagle)", options: RWKVTimeMixing.options)

  let mixing: RWKVTimeMixing

  init(_ options: OptionValues, in context: ModelContext) throws {
    mixing = try RWKVTimeMixing(options, in: context, primitive: Self.specification.name)
  }

  /// Initial values: the first layer's ramps, PyTorch's default for linear maps, as in MAD's code.
  var parameters: [Parameter] {
    let dim = mixing.dim
    let ramps: [(String, Double)] = [("mix_k", 1), ("mix_v", 1), ("mix_r", 0.5), ("mix_g", 0.5)]
    return ramps.map { .vector($0, [dim], RWKVRamps.present(dim: dim, power: $1)) } + [
      .vector("decay", [mixing.heads, mixing.headDim], RWKVRamps.decay(dim: dim))
    ] + mixing.parameters
  }

  func costs(time: Int) -> Costs { mixing.costs }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { RWKV5TimeKernel(mixing, &site) }
}

private final class RWKV5TimeKernel: Kernel {
  let dim, time: Int
  let shift: TokenShift
  let mixR, mixK, mixV, mixG, decay: ParameterPointers
  let receptance, key, value, gate: LinearMap
  let recurrence: GatedRecurrence<ReadsOldState>
  let shifted: Pointer  // [rows, dim]
  let decayTotal: Pointer  // [dim]

  init(_ mixing: RWKVTimeMixing, _ site: inout KernelSite) {
    (dim, time) = (mixing.dim, site.time)
    shift = TokenShift(dim: dim, share: .present, &site)
    (mixR, mixK) = (site.parameter("mix_r"), site.parameter("mix_k"))
    (mixV, mixG) = (site.parameter("mix_v"), site.parameter("mix_g"))
    receptance = site.linear("receptance.weight", inputs: dim, outputs: dim)
    key = site.linear("key.weight", inputs: dim, outputs: dim)
    value = site.linear("value.weight", inputs: dim, outputs: dim)
    gate = site.linear("gate.weight", inputs: dim, outputs: dim)
    decay = site.parameter("decay")
    shifted = site.scratch(site.rows * dim)
    decayTotal = site.scratch(dim)
    // o / 8 before the norm is an epsilon 64 times as large.
    recurrence = mixing.makeRecurrence(constantDecay: true, epsilon: 64e-5, &site)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    for i in 0..<dim { recurrence.decay[i] = VectorMath.exp(-VectorMath.exp(decay.value[i])) }
    project(x, mix: mixR, receptance, into: recurrence.query, sequences: sequences)
    project(x, mix: mixK, key, into: recurrence.key, sequences: sequences)
    project(x, mix: mixV, value, into: recurrence.value, sequences: sequences)
    project(x, mix: mixG, gate, into: recurrence.gate, sequences: sequences)
    recurrence.forward(into: y, sequences: sequences)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    recurrence.backward(dy, sequences: sequences)
    decayTotal.update(repeating: 0, count: dim)
    Linear.backwardBias(recurrence.decayGradient, into: decayTotal, rows: sequences * time, columns: dim)
    for i in 0..<dim {
      // ∂w/∂decay = −w e^decay
      decay.gradient[i] -= decayTotal[i] * recurrence.decay[i] * VectorMath.exp(decay.value[i])
    }
    backward(recurrence.queryGradient, x, mix: mixR, receptance, into: dx, sequences: sequences)
    backward(recurrence.keyGradient, x, mix: mixK, key, into: dx, sequences: sequences)
    backward(recurrence.valueGradient, x, mix: mixV, value, into: dx, sequences: sequences)
    backward(recurrence.gateGradient, x, mix: mixG, gate, into: dx, sequences: sequences)
  }

  /// `out = W shift(x)`.
  private func project(
    _ x: UnsafePointer<Float>, mix: ParameterPointers, _ weight: LinearMap, into out: Pointer, sequences: Int
  ) {
    shift.forward(x, mix: mix.value, into: shifted, sequences: sequences)
    weight.forward(shifted, into: out, rows: sequences * time)
  }

  private func backward(
    _ gradient: Pointer, _ x: UnsafePointer<Float>, mix: ParameterPointers, _ weight: LinearMap,
    into dx: Pointer, sequences: Int
  ) {
    let rows = sequences * time
    shift.forward(x, mix: mix.value, into: shifted, sequences: sequences)
    weight.backwardWeight(gradient, shifted, rows: rows)
    weight.backwardInput(gradient, into: shifted, rows: rows)
    shift.backward(x, upstream: shifted, mix: mix.value, into: dx, mixGradient: mix.gradient, sequences: sequences)
  }
}
