import Engine

/// The output gate of gated linear attention, RWKV and DeltaNet: each head is normalised alone, then gated.
///
///     u = (o − c) / √(mean (o − c)² + ε),    c = mean o if the norm centres, else 0      per head
///     y = (weight ⊙ u + bias) ⊙ silu(gate)                                               [rows, dim]
///
/// All matrices have `Heads.overhang` floats to spare.
struct GatedHeadNorm {
  let heads: Heads
  /// Group normalisation (arXiv 1803.08494) if true, else RMS normalisation (arXiv 1910.07467).
  let centers: Bool
  let epsilon: Float
  private let weight, bias, weightGradient, biasGradient: Pointer  // [dim]
  private let sums, slopes, factors: Pointer  // of one row, at each channel its head's [dim]

  init(_ heads: Heads, centers: Bool, epsilon: Float, _ site: inout KernelSite) {
    (self.heads, self.centers, self.epsilon) = (heads, centers, epsilon)
    weight = site.scratch(heads.dim + Heads.overhang)
    bias = site.scratch(heads.dim + Heads.overhang)
    weightGradient = site.scratch(heads.dim + Heads.overhang)
    biasGradient = site.scratch(heads.dim + Heads.overhang)
    sums = site.scratch(heads.dim + Heads.overhang)
    slopes = site.scratch(heads.dim + Heads.overhang)
    factors = site.scratch(heads.dim + Heads.overhang)
  }

  /// Turns `o` into u, fills `scales [rows, heads]` with 1/√(…) and `y`. A weight of the head's width is shared by all
  /// heads.
  func forward(
    _ o: Pointer, gate: UnsafePointer<Float>, weight: ParameterPointers, bias: ParameterPointers?, scales: Pointer,
    into y: Pointer, rows: Int
  ) {
    place(weight, shared: bias == nil, bias)
    let (heads, weight, bias, sums) = (heads, self.weight, self.bias, sums)
    let (share, epsilon) = (Vector(repeating: 1 / Float(heads.width)), Vector(repeating: epsilon))
    for row in 0..<rows {
      let (o, gate, y) = (o + row * heads.dim, gate + row * heads.dim, y + row * heads.dim)
      if centers {
        heads.sums(into: sums) { o.vector($0) }
        heads.forEachGroup { i, count in o.store(o.vector(i) - sums.vector(i) * share, i, first: count) }
      }
      heads.sums(into: sums) { o.vector($0) * o.vector($0) }
      heads.forEachGroup { i, count in
        let scale = epsilon.addingProduct(sums.vector(i), share).inverseSquareRoot
        sums.store(scale, i)
        let unit = o.vector(i) * scale
        o.store(unit, i, first: count)
        let normal = bias.vector(i).addingProduct(unit, weight.vector(i))
        y.store(normal * VectorMath.silu(gate.vector(i)).value, i, first: count)
      }
      heads.gather(sums, into: scales + row * heads.count)
    }
  }

  /// `upstream` holds ∂loss/∂y and then ∂loss/∂o; fills `gateGradient` and once more `y`, adds the parameters' gradients.
  func backward(
    _ unit: UnsafePointer<Float>, gate: UnsafePointer<Float>, weight: ParameterPointers, bias: ParameterPointers?,
    scales: UnsafePointer<Float>, upstream: Pointer, gateGradient: Pointer, y: Pointer, rows: Int
  ) {
    place(weight, shared: bias == nil, bias)
    let (heads, weightValues, biasValues) = (heads, self.weight, self.bias)
    let (weightGradient, biasGradient) = (weightGradient, biasGradient)
    let (sums, slopes, factors) = (sums, slopes, factors)
    weightGradient.update(repeating: 0, count: heads.dim)
    biasGradient.update(repeating: 0, count: heads.dim)
    let share = Vector(repeating: -1 / Float(heads.width))
    for row in 0..<rows {
      let at = row * heads.dim
      let (unit, gate, y) = (unit + at, gate + at, y + at)
      let (upstream, gateGradient) = (upstream + at, gateGradient + at)
      heads.spread(scales + row * heads.count, into: factors)
      heads.forEachGroup { i, count in
        let (w, u, dy) = (weightValues.vector(i), unit.vector(i), upstream.vector(i))
        let (value, slope) = VectorMath.silu(gate.vector(i))
        let normal = biasValues.vector(i).addingProduct(u, w)
        y.store(normal * value, i, first: count)
        gateGradient.store(dy * normal * slope, i, first: count)
        let inner = dy * value
        biasGradient.store(biasGradient.vector(i) + inner, i, first: count)
        weightGradient.store(weightGradient.vector(i).addingProduct(inner, u), i, first: count)
        upstream.store(inner * w, i, first: count)
      }
      heads.sums(into: sums) { upstream.vector($0) * unit.vector($0) }
      if centers {
        heads.sums(into: slopes) { upstream.vector($0) }
        heads.forEachGroup { i, count in
          upstream.store(upstream.vector(i).addingProduct(slopes.vector(i), share), i, first: count)
        }
      }
      heads.forEachGroup { i, count in
        let along = (sums.vector(i) * share) * unit.vector(i)
        upstream.store(factors.vector(i) * (upstream.vector(i) + along), i, first: count)
      }
    }
    if let bias {
      for i in 0..<heads.dim {
        weight.gradient[i] += weightGradient[i]
        bias.gradient[i] += biasGradient[i]
      }
    } else {
      for i in 0..<heads.dim { weight.gradient[i % heads.width] += weightGradient[i] }
    }
  }

  /// Copies the parameters to where sixteen can be read at a time, one value for each channel of all heads.
  private func place(_ weight: ParameterPointers, shared: Bool, _ bias: ParameterPointers?) {
    for i in 0..<heads.dim {
      self.weight[i] = weight.value[shared ? i % heads.width : i]
      self.bias[i] = bias?.value[i] ?? 0
    }
  }
}
