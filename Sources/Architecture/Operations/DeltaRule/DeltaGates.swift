import Engine

/// The two numbers per head with which gated DeltaNet writes and forgets:
///
///     b = sigmoid(β),   a = exp(−e^{A_log} softplus(α + dt_bias))        [rows, heads]
struct DeltaGates {
  let heads: Heads
  let rate, step, decay: Pointer  // b, α + dt_bias, a [rows, heads], saved
  let rateGradient, stepGradient: Pointer  // ∂/∂β, ∂/∂α [rows, heads]
  private let bias, logStrength: ParameterPointers
  // dt_bias and e^{A_log}, and the gradients of dt_bias and A_log [heads]
  private let biases, strengths, biasGradients, strengthGradients: Pointer
  private let share: Pointer  // ∂/∂ln a [heads]
  private let line: Pointer  // [dim]

  init(_ heads: Heads, bias: ParameterPointers, logStrength: ParameterPointers, _ site: inout KernelSite) {
    (self.heads, self.bias, self.logStrength) = (heads, bias, logStrength)
    let (matrix, row) = (site.rows * heads.count + Heads.overhang, heads.count + Heads.overhang)
    (rate, step, decay) = (site.saved(matrix), site.saved(matrix), site.saved(matrix))
    (rateGradient, stepGradient) = (site.scratch(matrix), site.scratch(matrix))
    (biases, strengths, share) = (site.scratch(row), site.scratch(row), site.scratch(row))
    (biasGradients, strengthGradients) = (site.scratch(row), site.scratch(row))
    line = site.scratch(heads.dim + Heads.overhang)
  }

  /// Turns the β in `rate` and the α in `step` into what the names say, and fills `decay`.
  func forward(rows: Int) {
    loadParameters()
    let (biases, strengths) = (biases, strengths)
    for row in 0..<rows {
      let at = row * heads.count
      let (rate, step, decay) = (rate + at, step + at, decay + at)
      forEachGroup { i, count in
        rate.store(VectorMath.sigmoid(rate.vector(i)), i, first: count)
        let shifted = step.vector(i) + biases.vector(i)
        step.store(shifted, i, first: count)
        decay.store(VectorMath.exp(-strengths.vector(i) * VectorMath.softplus(shifted)), i, first: count)
      }
    }
  }

  /// Fills `rateGradient` and `stepGradient` by the formulas of `DeltaScan`, with `o = unit / unitScales`, and adds the
  /// gradients of `dt_bias` and `A_log`.
  func backward(
    value: UnsafePointer<Float>, unit: UnsafePointer<Float>, unitScales: UnsafePointer<Float>,
    error: UnsafePointer<Float>, upstream: UnsafePointer<Float>, valueGradient: UnsafePointer<Float>, sequences: Int
  ) {
    loadParameters()
    sumProducts(
      value: value, unit: unit, unitScales: unitScales, error: error, upstream: upstream,
      valueGradient: valueGradient, rows: sequences * heads.time)
    let (biases, strengths, share) = (biasGradients, strengths, share)
    let strengthGradients = strengthGradients
    biases.update(repeating: 0, count: heads.count)
    strengthGradients.update(repeating: 0, count: heads.count)
    let (forgotten, one) = (Vector(repeating: 1e-6), Vector(repeating: 1))
    for row in (0..<sequences * heads.time).reversed() {
      let (at, t) = (row * heads.count, row % heads.time)
      let (rate, step, decay) = (rate + at, step + at, decay + at)
      let (rateGradient, stepGradient) = (rateGradient + at, stepGradient + at)
      if t == heads.time - 1 { share.update(repeating: 0, count: heads.count) }
      forEachGroup { i, count in
        // ∂/∂b · b (1 − b), where ∂/∂b has b in its divisor.
        rateGradient.store(rateGradient.vector(i) * (one - rate.vector(i)), i, first: count)
        // The sum cancels down to what the state passes on. If that is nothing, what is left is rounding; the first
        // token has nothing to decay.
        let sum = share.vector(i) + stepGradient.vector(i)
        let passed = t == 0 ? .zero : sum.whereNonNegative(decay.vector(i) - forgotten, else: .zero)
        share.store(passed, i)
        let slope = -passed * strengths.vector(i)
        let gradient = slope * VectorMath.sigmoid(step.vector(i))
        stepGradient.store(gradient, i, first: count)
        biases.store(biases.vector(i) + gradient, i)
        let logGradient = strengthGradients.vector(i).addingProduct(slope, VectorMath.softplus(step.vector(i)))
        strengthGradients.store(logGradient, i)
      }
    }
    for head in 0..<heads.count {
      bias.gradient[head] += biases[head]
      logStrength.gradient[head] += strengthGradients[head]
    }
  }

  /// `stepGradient = do·o − v·dv` and `rateGradient = u·dv`, head by head.
  private func sumProducts(
    value: UnsafePointer<Float>, unit: UnsafePointer<Float>, unitScales: UnsafePointer<Float>,
    error: UnsafePointer<Float>, upstream: UnsafePointer<Float>, valueGradient: UnsafePointer<Float>, rows: Int
  ) {
    let (heads, line) = (heads, line)
    let (count, width) = (heads.count, heads.width)
    for row in 0..<rows {
      let at = row * heads.dim
      let (scales, stepGradient) = (unitScales + row * count, stepGradient + row * count)
      heads.sums(into: line) { upstream.vector(at + $0) * unit.vector(at + $0) }
      for head in 0..<count { stepGradient[head] = line[head * width] / scales[head] }
      heads.sums(into: line) { value.vector(at + $0) * valueGradient.vector(at + $0) }
      for head in 0..<count { stepGradient[head] -= line[head * width] }
      heads.sums(into: line) { error.vector(at + $0) * valueGradient.vector(at + $0) }
      heads.gather(line, into: rateGradient + row * count)
    }
  }

  private func loadParameters() {
    for head in 0..<heads.count {
      biases[head] = bias.value[head]
      strengths[head] = VectorMath.exp(logStrength.value[head])
    }
  }

  /// Runs `body` for each group of sixteen heads, with how many of them there are.
  @inline(__always)
  private func forEachGroup(_ body: (_ first: Int, _ count: Int) -> Void) {
    for head in stride(from: 0, to: heads.count, by: vectorWidth) { body(head, min(heads.count - head, vectorWidth)) }
  }
}
