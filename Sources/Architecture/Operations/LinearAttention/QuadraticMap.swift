import Engine

/// MAD's feature map of each head's `u [width]`: `φ(u) = a ⊙ b`, `a = W₁ u + b₁`, `b = W₂ u + b₂`, the same for all heads.
struct QuadraticMap {
  private let heads: Heads
  private let maps: (LinearMap, LinearMap)
  private let a, b: Pointer  // [rows, dim], saved

  /// Takes `name1.weight`, `name1.bias`, `name2.weight` and `name2.bias` of the site.
  init(_ name: String, _ heads: Heads, _ site: inout KernelSite) {
    self.heads = heads
    let width = heads.width
    maps = (
      site.linear("\(name)1.weight", bias: "\(name)1.bias", inputs: width, outputs: width),
      site.linear("\(name)2.weight", bias: "\(name)2.bias", inputs: width, outputs: width)
    )
    (a, b) = (site.saved(site.rows * heads.dim), site.saved(site.rows * heads.dim))
  }

  func forward(_ u: UnsafePointer<Float>, into features: Pointer, rows: Int) {
    maps.0.forward(u, into: a, rows: rows * heads.count)
    maps.1.forward(u, into: b, rows: rows * heads.count)
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
    let count = rows * heads.count
    maps.0.backwardWeight(a, u, rows: count)
    maps.0.backwardInput(a, into: gradient, rows: count)
    maps.1.backward(b, u, addingTo: gradient, rows: count)
  }
}
