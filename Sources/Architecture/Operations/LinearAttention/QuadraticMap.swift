import Engine

/// MAD's feature map of each head's `u [width]`: `φ(u) = a ⊙ b`, `a = W₁ u + b₁`, `b = W₂ u + b₂`, the same for all heads.
struct QuadraticMap {
  private let heads: Heads
  private let weights, biases: (ParameterPointers, ParameterPointers)
  private let a, b: Pointer  // [rows, dim], saved

  /// Takes `name1.weight`, `name1.bias`, `name2.weight` and `name2.bias` of the site.
  init(_ name: String, _ heads: Heads, _ site: inout KernelSite) {
    self.heads = heads
    weights = (site.parameter("\(name)1.weight"), site.parameter("\(name)2.weight"))
    biases = (site.parameter("\(name)1.bias"), site.parameter("\(name)2.bias"))
    (a, b) = (site.saved(site.rows * heads.dim), site.saved(site.rows * heads.dim))
  }

  func forward(_ u: UnsafePointer<Float>, into features: Pointer, rows: Int) {
    let (count, width) = (rows * heads.count, heads.width)
    for (weight, bias, result) in [(weights.0, biases.0, a), (weights.1, biases.1, b)] {
      Linear.forward(u, weight: weight.value, into: result, rows: count, inputs: width, outputs: width)
      Linear.addBias(bias.value, to: result, rows: count, columns: width)
    }
    recompute(into: features, rows: rows)
  }

  /// The features of the last `forward`.
  func recompute(into features: Pointer, rows: Int) {
    let (a, b) = (a, b)
    forEachVector(rows * heads.dim) { i in
      features.store(a.vector(i) * b.vector(i), i)
    } tail: { i in
      features[i] = a[i] * b[i]
    }
  }

  /// Turns `gradient = ∂/∂φ [rows, dim]` into `∂/∂u` and adds the gradients of weights and biases. Forgets a and b.
  func backward(_ u: UnsafePointer<Float>, gradient: Pointer, rows: Int) {
    let (a, b) = (a, b)
    forEachVector(rows * heads.dim) { i in
      let (upstream, left) = (gradient.vector(i), a.vector(i))
      a.store(upstream * b.vector(i), i)
      b.store(upstream * left, i)
    } tail: { i in
      (a[i], b[i]) = (gradient[i] * b[i], gradient[i] * a[i])
    }
    let (count, width) = (rows * heads.count, heads.width)
    for (index, (weight, bias, part)) in [(weights.0, biases.0, a), (weights.1, biases.1, b)].enumerated() {
      Linear.backwardWeight(part, u, into: weight.gradient, rows: count, inputs: width, outputs: width)
      Linear.backwardBias(part, into: bias.gradient, rows: count, columns: width)
      Linear.backwardInput(
        part, weight: weight.value, into: gradient, rows: count, inputs: width, outputs: width, accumulate: index > 0)
    }
  }
}
