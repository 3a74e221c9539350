import Engine

/// The channel mixer that RWKV-5 and RWKV-6 share; they differ in the token shift alone:
///
///     k = Wₖ shiftₖ(x)                      [rows, inner]
///     r = sigmoid(Wᵣ shiftᵣ(x))             [rows, dim]
///     y = r ⊙ Wᵥ relu(k)²                   [rows, dim]
struct RWKVChannelMixing {
  let dim, inner: Int
  let share: TokenShift.Share

  static let options: [any DeclaredOption] = [innerOption]
  private static let innerOption = Option.integer("dim_inner", in: 1...65_536, "inner width; 4·dim unless given")

  init(_ options: OptionValues, in context: ModelContext, share: TokenShift.Share) {
    (dim, self.share) = (context.dim, share)
    inner = options[Self.innerOption] ?? 4 * context.dim
  }

  /// Initial values: the ramp of the first layer for the shifts, PyTorch's default for linear maps, as in MAD's code.
  var parameters: [Parameter] {
    let ramp =
      share == .present ? RWKVRamps.present(dim: dim, power: 1) : RWKVRamps.previous(dim: dim, power: 1)
    return [
      .vector("mix_k", [dim], ramp),
      .vector("mix_r", [dim], ramp),
      .matrix("key.weight", [inner, dim]),
      .matrix("receptance.weight", [dim, dim]),
      .matrix("value.weight", [dim, inner]),
    ]
  }

  /// The state is the previous position.
  var costs: Costs {
    Costs(forwardFLOPs: 2 * Double(dim) * (2 * Double(inner) + Double(dim)), state: dim)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { RWKVChannelKernel(self, &site) }
}

private final class RWKVChannelKernel: Kernel {
  let dim, inner, time: Int
  let shift: TokenShift
  let mixK, mixR: ParameterPointers
  let key, receptance, value: LinearMap
  let rectified: Pointer  // relu(k) [rows, inner], saved
  let gate, values: Pointer  // r and Wᵥ relu(k)² [rows, dim], saved
  let shifted, gradient: Pointer  // [rows, dim]
  let squares, innerGradient: Pointer  // [rows, inner]

  init(_ primitive: RWKVChannelMixing, _ site: inout KernelSite) {
    (dim, inner, time) = (primitive.dim, primitive.inner, site.time)
    shift = TokenShift(dim: dim, share: primitive.share, &site)
    (mixK, mixR) = (site.parameter("mix_k"), site.parameter("mix_r"))
    key = site.linear("key.weight", inputs: dim, outputs: inner)
    receptance = site.linear("receptance.weight", inputs: dim, outputs: dim)
    value = site.linear("value.weight", inputs: inner, outputs: dim)
    rectified = site.saved(site.rows * inner)
    gate = site.saved(site.rows * dim)
    values = site.saved(site.rows * dim)
    shifted = site.scratch(site.rows * dim)
    gradient = site.scratch(site.rows * dim)
    squares = site.scratch(site.rows * inner)
    innerGradient = site.scratch(site.rows * inner)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    let (rectified, squares, gate, values) = (rectified, squares, gate, values)
    shift.forward(x, mix: mixK.value, into: shifted, sequences: sequences)
    key.forward(shifted, into: rectified, rows: rows)
    forEachVector(rows * inner) { i in
      let k = rectified.vector(i).upper(.zero)
      rectified.store(k, i)
      squares.store(k * k, i)
    } tail: { i in
      let k = rectified[i].upper(0)
      rectified[i] = k
      squares[i] = k * k
    }
    value.forward(squares, into: values, rows: rows)
    shift.forward(x, mix: mixR.value, into: shifted, sequences: sequences)
    receptance.forward(shifted, into: gate, rows: rows)
    forEachVector(rows * dim) { i in
      let r = VectorMath.sigmoid(gate.vector(i))
      gate.store(r, i)
      y.store(y.vector(i).addingProduct(r, values.vector(i)), i)
    } tail: { i in
      gate[i] = VectorMath.sigmoid(gate[i])
      y[i] += gate[i] * values[i]
    }
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    let (rectified, squares, innerGradient) = (rectified, squares, innerGradient)
    let (gate, values, gradient) = (gate, values, gradient)
    // `values` becomes ∂/∂(Wᵣ shiftᵣ), `gradient` ∂/∂values.
    forEachVector(rows * dim) { i in
      let (r, upstream) = (gate.vector(i), dy.vector(i))
      let outer = upstream * r
      gradient.store(outer, i)
      values.store(outer * values.vector(i) * (Vector(repeating: 1) - r), i)
    } tail: { i in
      let outer = dy[i] * gate[i]
      gradient[i] = outer
      values[i] *= outer * (1 - gate[i])
    }
    value.backwardInput(gradient, into: innerGradient, rows: rows)
    forEachVector(rows * inner) { i in
      let k = rectified.vector(i)
      squares.store(k * k, i)
      innerGradient.store(innerGradient.vector(i) * (k + k), i)
    } tail: { i in
      let k = rectified[i]
      squares[i] = k * k
      innerGradient[i] *= k + k
    }
    value.backwardWeight(gradient, squares, rows: rows)
    backward(x, innerGradient, through: key, mix: mixK, into: dx, sequences: sequences)
    backward(x, values, through: receptance, mix: mixR, into: dx, sequences: sequences)
  }

  /// The gradients of one shifted projection, given those of its outputs.
  private func backward(
    _ x: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>, through weight: LinearMap, mix: ParameterPointers,
    into dx: Pointer, sequences: Int
  ) {
    let rows = sequences * time
    shift.forward(x, mix: mix.value, into: shifted, sequences: sequences)
    weight.backwardWeight(upstream, shifted, rows: rows)
    weight.backwardInput(upstream, into: shifted, rows: rows)
    shift.backward(
      x, upstream: shifted, mix: mix.value, into: dx, mixGradient: mix.gradient, sequences: sequences)
  }
}
