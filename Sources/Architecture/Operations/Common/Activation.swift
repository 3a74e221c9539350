import Engine

/// An elementwise function and its derivative.
protocol Activation {
  static func evaluate<L: Lanes>(_ x: L) -> (value: L, slope: L)
}

enum SiLU: Activation {
  @inline(__always) static func evaluate<L: Lanes>(_ x: L) -> (value: L, slope: L) { VectorMath.silu(x) }
}

enum GELUTanh: Activation {
  @inline(__always) static func evaluate<L: Lanes>(_ x: L) -> (value: L, slope: L) { VectorMath.geluTanh(x) }
}

extension Activation {
  /// `y = f(a)`.
  @inline(__always)
  static func apply(_ a: Pointer, into y: Pointer, count: Int) {
    forEachVector(count) { i in
      y.store(evaluate(a.vector(i)).value, i)
    } tail: { i in
      y[i] = evaluate(a[i]).value
    }
  }

  /// `gradient` holds ∂/∂y and then ∂/∂a; `value = f(a)` once more.
  @inline(__always)
  static func applyBackward(_ a: Pointer, value: Pointer, gradient: Pointer, count: Int) {
    forEachVector(count) { i in
      let (y, slope) = evaluate(a.vector(i))
      value.store(y, i)
      gradient.store(gradient.vector(i) * slope, i)
    } tail: { i in
      let (y, slope) = evaluate(a[i])
      value[i] = y
      gradient[i] *= slope
    }
  }

  /// The gate of a gated MLP: `y = f(a) ⊙ b`.
  @inline(__always)
  static func gate(_ a: Pointer, _ b: Pointer, into y: Pointer, count: Int) {
    forEachVector(count) { i in
      y.store(evaluate(a.vector(i)).value * b.vector(i), i)
    } tail: { i in
      y[i] = evaluate(a[i]).value * b[i]
    }
  }

  /// `gradientB` holds ∂/∂y and then ∂/∂b; `gradientA` becomes ∂/∂a and `y = f(a) ⊙ b` once more.
  @inline(__always)
  static func gateBackward(
    _ a: Pointer, _ b: Pointer, y: Pointer, gradientA: Pointer, gradientB: Pointer, count: Int
  ) {
    forEachVector(count) { i in
      let (value, slope) = evaluate(a.vector(i))
      let (upstream, other) = (gradientB.vector(i), b.vector(i))
      y.store(value * other, i)
      gradientA.store(upstream * other * slope, i)
      gradientB.store(upstream * value, i)
    } tail: { i in
      let (value, slope) = evaluate(a[i])
      let upstream = gradientB[i]
      y[i] = value * b[i]
      gradientA[i] = upstream * b[i] * slope
      gradientB[i] = upstream * value
    }
  }
}
