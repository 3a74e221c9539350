import Engine

/// The time mixer of RWKV-6 (Finch; Peng et al. 2024, arXiv 2404.05892), per head with a state S [d, d], d = head_dim:
///
///     x_a = x + e ⊙ (mix_a + tanh((x + e ⊙ mix_x) M₁)_a M₂ₐ)     e = x_{t−1} − x_t; a = w, k, v, r, g; 32 columns each
///     w_t = exp(−exp(decay + tanh(x_w D₁) D₂))                   [rows, dim], 64 columns between
///     o_t = (S_{t−1} + diag(bonus) k_t v_tᵀ)ᵀ r_t,  S_t = diag(w_t) S_{t−1} + k_t v_tᵀ
///     y   = W (groupnorm(o) ⊙ silu(W_g x_g))                     each head is a group, ε = 64e-5
///
/// where r, k, v are projections of x_r, x_k, x_v.
struct RWKV6TimeMixer: Primitive {
  static let specification = PrimitiveSpecification(
    name: "rwkv6-time-mixer", family: .recurrence,
    summary: "RWKV-5's time mixer with token-dependent decays and token shifts", source: "arXiv 2404.05892 (Finch)",
    options: RWKVTimeMixing.options)

  /// The inner widths of the low-rank maps for each shift and for the decay.
  static let mixRank = 32
  static let decayRank = 64

  let mixing: RWKVTimeMixing

  init(_ options: OptionValues, in context: ModelContext) throws {
    mixing = try RWKVTimeMixing(options, in: context, primitive: Self.specification.name)
  }

  /// Initial values: the first layer's ramps, low-rank maps that start at zero (first factor 0, second U(±0.01), as in
  /// RWKV-LM), PyTorch's default for linear maps, as in MAD's code.
  var parameters: [Parameter] {
    let dim = mixing.dim
    let ramps: [(String, Double)] = [
      ("mix_x", 1), ("mix_w", 1), ("mix_k", 1), ("mix_v", 1), ("mix_r", 0.5), ("mix_g", 0.5),
    ]
    return ramps.map { .vector($0, [dim], RWKVRamps.previous(dim: dim, power: $1)) } + [
      .matrix("mix_w1", [dim, 5 * Self.mixRank], inputs: dim, .zeros),
      .vector("mix_w2", [5, Self.mixRank, dim], .uniform(bound: 0.01)),
      .vector("decay", [dim], RWKVRamps.decay(dim: dim)),
      .matrix("decay_w1", [dim, Self.decayRank], inputs: dim, .zeros),
      .vector("decay_w2", [Self.decayRank, dim], .uniform(bound: 0.01)),
    ] + mixing.parameters
  }

  /// RWKV-5's costs and the low-rank maps.
  func costs(time: Int) -> Costs {
    let low = Double(4 * mixing.dim * (5 * Self.mixRank + Self.decayRank))
    return mixing.costs + Costs(forwardFLOPs: low, state: 0)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { RWKV6TimeKernel(mixing, &site) }
}

private final class RWKV6TimeKernel: Kernel {
  let dim, time: Int
  let shift: TokenShift
  let mixX, decay: ParameterPointers
  let mixFirst, decayFirst, decaySecond: LinearMap
  let channels: (w: Channel, k: Channel, v: Channel, r: Channel, g: Channel)
  let receptance, key, value, gate: LinearMap
  let recurrence: GatedRecurrence<ReadsOldState>
  let codes: Pointer  // tanh((x + e ⊙ mix_x) M₁) [rows, 160], saved
  let decayCodes: Pointer  // tanh(x_w D₁) [rows, 64], saved
  let slope: Pointer  // ∂w_t/∂(exponent of the inner exp) [rows, dim], saved
  let shares, shifted: Pointer  // [rows, dim]
  let codeGradient: Pointer  // [rows, 160]
  let decayCodeGradient: Pointer  // [rows, 64]

  fileprivate static let codeWidth = 5 * RWKV6TimeMixer.mixRank

  /// One of the five shifted inputs: its mix, the first of its codes, and the map from them to shares.
  struct Channel {
    let mix: ParameterPointers
    let code: Int
    let map: LinearMap

    init(_ index: Int, mix: String, dim: Int, _ site: inout KernelSite) {
      self.mix = site.parameter(mix)
      code = index * RWKV6TimeMixer.mixRank
      map = site.linear(
        site.parameter("mix_w2").from(code * dim), inputs: RWKV6TimeMixer.mixRank, outputs: dim,
        x: .positions(stride: RWKV6TimeKernel.codeWidth), storage: .byInputs)
    }
  }

  init(_ mixing: RWKVTimeMixing, _ site: inout KernelSite) {
    (dim, time) = (mixing.dim, site.time)
    shift = TokenShift(dim: dim, share: .previous, &site)
    mixX = site.parameter("mix_x")
    mixFirst = site.linear("mix_w1", inputs: dim, outputs: Self.codeWidth, storage: .byInputs)
    decay = site.parameter("decay")
    let rank = RWKV6TimeMixer.decayRank
    decayFirst = site.linear("decay_w1", inputs: dim, outputs: rank, storage: .byInputs)
    decaySecond = site.linear("decay_w2", inputs: rank, outputs: dim, storage: .byInputs)
    channels = (
      w: Channel(0, mix: "mix_w", dim: dim, &site), k: Channel(1, mix: "mix_k", dim: dim, &site),
      v: Channel(2, mix: "mix_v", dim: dim, &site), r: Channel(3, mix: "mix_r", dim: dim, &site),
      g: Channel(4, mix: "mix_g", dim: dim, &site)
    )
    receptance = site.linear("receptance.weight", inputs: dim, outputs: dim)
    key = site.linear("key.weight", inputs: dim, outputs: dim)
    value = site.linear("value.weight", inputs: dim, outputs: dim)
    gate = site.linear("gate.weight", inputs: dim, outputs: dim)
    codes = site.saved(site.rows * Self.codeWidth)
    decayCodes = site.saved(site.rows * RWKV6TimeMixer.decayRank)
    slope = site.saved(site.rows * dim)
    shares = site.scratch(site.rows * dim)
    shifted = site.scratch(site.rows * dim)
    codeGradient = site.scratch(site.rows * Self.codeWidth)
    decayCodeGradient = site.scratch(site.rows * RWKV6TimeMixer.decayRank)
    recurrence = mixing.makeRecurrence(constantDecay: false, epsilon: 64e-5, &site)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    shift.forward(x, mix: mixX.value, into: shifted, sequences: sequences)
    mixFirst.forward(shifted, into: codes, rows: rows)
    tanh(codes, count: rows * Self.codeWidth)
    project(x, channels.r, receptance, into: recurrence.query, sequences: sequences)
    project(x, channels.k, key, into: recurrence.key, sequences: sequences)
    project(x, channels.v, value, into: recurrence.value, sequences: sequences)
    project(x, channels.g, gate, into: recurrence.gate, sequences: sequences)
    decays(x, sequences: sequences)
    recurrence.forward(into: y, sequences: sequences)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    recurrence.backward(dy, sequences: sequences)
    backward(recurrence.queryGradient, x, channels.r, receptance, into: dx, sequences: sequences)
    backward(recurrence.keyGradient, x, channels.k, key, into: dx, sequences: sequences)
    backward(recurrence.valueGradient, x, channels.v, value, into: dx, sequences: sequences)
    backward(recurrence.gateGradient, x, channels.g, gate, into: dx, sequences: sequences)
    backwardDecays(x, into: dx, sequences: sequences)

    tanhBackward(codes, gradient: codeGradient, count: rows * Self.codeWidth)
    shift.forward(x, mix: mixX.value, into: shifted, sequences: sequences)
    mixFirst.backwardWeight(codeGradient, shifted, rows: rows)
    mixFirst.backwardInput(codeGradient, into: shifted, rows: rows)
    shift.backward(x, upstream: shifted, mix: mixX.value, into: dx, mixGradient: mixX.gradient, sequences: sequences)
  }

  // MARK: Shifted inputs

  /// `shares = code_a M₂ₐ`, what the token adds to the mix.
  private func fillShares(_ channel: Channel, rows: Int) {
    channel.map.forward(codes + channel.code, into: shares, rows: rows)
  }

  /// `shifted = x_a`.
  private func fillShifted(_ x: UnsafePointer<Float>, _ channel: Channel, sequences: Int) {
    fillShares(channel, rows: sequences * time)
    shift.forward(x, mix: channel.mix.value, shares: shares, into: shifted, sequences: sequences)
  }

  /// Takes `shifted = ∂loss/∂x_a` on to x, the mix and the codes; `shares` must still be those of the channel.
  private func backwardShifted(_ x: UnsafePointer<Float>, _ channel: Channel, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    shift.backward(
      x, upstream: shifted, mix: channel.mix.value, shares: shares, into: dx, mixGradient: channel.mix.gradient,
      sequences: sequences)
    channel.map.backwardWeight(shifted, codes + channel.code, rows: rows)
    channel.map.backwardInput(shifted, into: codeGradient + channel.code, rows: rows)
  }

  /// `out = W x_a`.
  private func project(
    _ x: UnsafePointer<Float>, _ channel: Channel, _ weight: LinearMap, into out: Pointer, sequences: Int
  ) {
    fillShifted(x, channel, sequences: sequences)
    weight.forward(shifted, into: out, rows: sequences * time)
  }

  private func backward(
    _ gradient: Pointer, _ x: UnsafePointer<Float>, _ channel: Channel, _ weight: LinearMap, into dx: Pointer,
    sequences: Int
  ) {
    let rows = sequences * time
    fillShifted(x, channel, sequences: sequences)
    weight.backwardWeight(gradient, shifted, rows: rows)
    weight.backwardInput(gradient, into: shifted, rows: rows)
    backwardShifted(x, channel, into: dx, sequences: sequences)
  }

  // MARK: Decays

  /// Fills the decays and `slope = ∂w/∂z = −w e^z` with z = decay + tanh(x_w D₁) D₂.
  private func decays(_ x: UnsafePointer<Float>, sequences: Int) {
    let (rows, rank, dim) = (sequences * time, RWKV6TimeMixer.decayRank, dim)
    fillShifted(x, channels.w, sequences: sequences)
    decayFirst.forward(shifted, into: decayCodes, rows: rows)
    tanh(decayCodes, count: rows * rank)
    let (w, slope, bias) = (recurrence.decay, slope, decay.value)
    decaySecond.forward(decayCodes, into: w, rows: rows)
    for row in 0..<rows {
      let (factors, slopes) = (w + row * dim, slope + row * dim)
      @inline(__always) func body<L: MemoryLanes>(_ i: Int, _: L.Type) {
        let rate = VectorMath.exp(L.load(factors + i) + L.load(bias + i))
        let factor = VectorMath.exp(-rate)
        factor.store(to: factors + i)
        (-(factor * rate)).store(to: slopes + i)
      }
      forEachVector(dim) {
        body($0, Vector.self)
      } tail: {
        body($0, Float.self)
      }
    }
  }

  private func backwardDecays(_ x: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let (rows, rank) = (sequences * time, RWKV6TimeMixer.decayRank)
    let gradient = recurrence.decayGradient
    recurrence.scaleDecayGradient(by: slope, bias: decay, rows: rows)
    decaySecond.backwardWeight(gradient, decayCodes, rows: rows)
    decaySecond.backwardInput(gradient, into: decayCodeGradient, rows: rows)
    tanhBackward(decayCodes, gradient: decayCodeGradient, count: rows * rank)
    fillShifted(x, channels.w, sequences: sequences)
    decayFirst.backwardWeight(decayCodeGradient, shifted, rows: rows)
    decayFirst.backwardInput(decayCodeGradient, into: shifted, rows: rows)
    backwardShifted(x, channels.w, into: dx, sequences: sequences)
  }

  // MARK: Hyperbolic tangent

  private func tanh(_ values: Pointer, count: Int) {
    forEachVector(count) { i in
      values.store(VectorMath.tanh(values.vector(i)), i)
    } tail: { i in
      values[i] = VectorMath.tanh(values[i])
    }
  }

  /// `gradient ⊙= 1 − tanh²`.
  private func tanhBackward(_ values: Pointer, gradient: Pointer, count: Int) {
    for i in 0..<count { gradient[i] *= 1 - values[i] * values[i] }
  }
}
