import Engine

/// Each head's channels at length `scale`: `y = scale · x / √(Σ x² + 10⁻⁶)`.
struct HeadLengthNorm {
  let heads: Heads
  let scale: Float
  private let line: Pointer  // [dim]

  init(_ heads: Heads, scale: Float, _ site: inout KernelSite) {
    (self.heads, self.scale) = (heads, scale)
    line = site.scratch(aligned(heads.dim) + Heads.overhang)
  }

  /// Normalises `x [rows, dim]` in place; `factors [rows, dim] = y / x`.
  func forward(_ x: Pointer, factors: Pointer, rows: Int) {
    let (heads, line, scale, epsilon) = (heads, line, Vector(repeating: scale), Vector(repeating: 1e-6))
    for row in 0..<rows {
      let (x, factors) = (x + row * heads.dim, factors + row * heads.dim)
      heads.sums(into: line) { x.vector($0) * x.vector($0) }
      heads.forEachGroup { column, count in
        let factor = scale * (line.vector(column) + epsilon).inverseSquareRoot
        factors.store(factor, column, first: count)
        x.store(factor * x.vector(column), column, first: count)
      }
    }
  }

  /// Turns `gradient = ∂/∂y [rows, dim]` into `∂/∂x`, given y and the factors of `forward`.
  func backward(_ y: UnsafePointer<Float>, factors: UnsafePointer<Float>, gradient: Pointer, rows: Int) {
    let (heads, line, shrink) = (heads, line, Vector(repeating: -1 / (scale * scale)))
    for row in 0..<rows {
      let at = row * heads.dim
      let (y, factors, gradient) = (y + at, factors + at, gradient + at)
      heads.sums(into: line) { y.vector($0) * gradient.vector($0) }
      heads.forEachGroup { column, count in
        let along = shrink * line.vector(column) * y.vector(column)
        gradient.store(factors.vector(column) * (gradient.vector(column) + along), column, first: count)
      }
    }
  }
}
