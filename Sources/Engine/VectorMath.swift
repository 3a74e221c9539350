/// Elementary functions by polynomial, accurate to about 2 ulp unless said otherwise, written once for one float and for
/// sixteen lanes. They take any number: large ones saturate, NaN stays NaN or becomes a bound.
///
/// `@_transparent` because `@inline(__always)` gives way in functions that call several of them, and a call passes
/// sixteen lanes in four pieces, at a quarter of the speed.
public enum VectorMath {
  /// `e^x`, from 2⁻¹²⁶ up to 2¹²⁷ (Cephes `expf`: range reduction by ln 2 and a polynomial of degree 6).
  @inlinable @_transparent
  public static func exp<L: Lanes>(_ value: L) -> L {
    // The bound first: a comparison with NaN picks the second, so that NaN goes through.
    let x = L(repeating: 88).lower(L(repeating: -87.3).upper(value))
    let shifted = L(repeating: 12_582_912).addingProduct(x, L(repeating: 1.442_695_04))
    let n = shifted - L(repeating: 12_582_912)
    let r = x.addingProduct(n, L(repeating: -0.693_359_375)).addingProduct(n, L(repeating: 2.121_944_4e-4))
    var p = L(repeating: 1.987_569_15e-4)
    p = L(repeating: 1.398_199_95e-3).addingProduct(p, r)
    p = L(repeating: 8.333_451_9e-3).addingProduct(p, r)
    p = L(repeating: 4.166_579_59e-2).addingProduct(p, r)
    p = L(repeating: 1.666_666_55e-1).addingProduct(p, r)
    p = L(repeating: 5.000_000_12e-1).addingProduct(p, r)
    p = (r + L(repeating: 1)).addingProduct(p, r * r)
    return p * L.powerOfTwo(shifted: shifted)
  }

  /// `ln x` for positive normal x (Cephes `logf`).
  @inlinable @_transparent
  public static func log<L: Lanes>(_ value: L) -> L {
    let (mantissa, exponent) = value.mantissaAndExponent
    let r = mantissa - L(repeating: 1)
    let square = r * r
    var p = L(repeating: 7.037_683_6e-2)
    p = L(repeating: -1.151_461_03e-1).addingProduct(p, r)
    p = L(repeating: 1.167_699_87e-1).addingProduct(p, r)
    p = L(repeating: -1.242_014_08e-1).addingProduct(p, r)
    p = L(repeating: 1.424_932_28e-1).addingProduct(p, r)
    p = L(repeating: -1.666_805_77e-1).addingProduct(p, r)
    p = L(repeating: 2.000_071_48e-1).addingProduct(p, r)
    p = L(repeating: -2.499_999_4e-1).addingProduct(p, r)
    p = L(repeating: 3.333_333_12e-1).addingProduct(p, r)
    var y = p * r * square
    y = y.addingProduct(exponent, L(repeating: -2.121_944_4e-4)).addingProduct(square, L(repeating: -0.5))
    return (r + y).addingProduct(exponent, L(repeating: 0.693_359_375))
  }

  /// `1 / (1 + e^−x)`.
  @inlinable @_transparent
  public static func sigmoid<L: Lanes>(_ x: L) -> L { L(repeating: 1) / (L(repeating: 1) + exp(-x)) }

  /// `ln(1 + e^x)`, exact to rounding for large and for very negative x.
  @inlinable @_transparent
  public static func softplus<L: Lanes>(_ x: L) -> L {
    let small = exp(-x.magnitudes)
    return x.upper(L(repeating: 0)) + log1p(small)
  }

  /// `ln(1 + x)` for 0 ≤ x ≤ 1: `ln u + (x − (u − 1)) / u` with `u = 1 + x` restores what the sum lost.
  @inlinable @_transparent
  public static func log1p<L: Lanes>(_ x: L) -> L {
    let u = L(repeating: 1) + x
    return log(u) + (x - (u - L(repeating: 1))) / u
  }

  /// Hyperbolic tangent: `1 − 2/(e^{2x} + 1)`, and near zero an odd polynomial (Cephes `tanhf`).
  @inlinable @_transparent
  public static func tanh<L: Lanes>(_ x: L) -> L {
    let far = L(repeating: 1) - L(repeating: 2) / (exp(x + x) + L(repeating: 1))
    let square = x * x
    var p = L(repeating: -5.704_988_72e-3)
    p = L(repeating: 2.063_908_88e-2).addingProduct(p, square)
    p = L(repeating: -5.373_971_06e-2).addingProduct(p, square)
    p = L(repeating: 1.333_144_19e-1).addingProduct(p, square)
    p = L(repeating: -3.333_328_19e-1).addingProduct(p, square)
    let near = x.addingProduct(p * square, x)
    return far.whereNonNegative(x.magnitudes - L(repeating: 0.625), else: near)
  }

  /// `0.5 x (1 + tanh(√(2/π)(x + 0.044715 x³)))` (Hendrycks and Gimpel 2016) and its derivative.
  @inlinable @_transparent
  public static func geluTanh<L: Lanes>(_ x: L) -> (value: L, slope: L) {
    let c = L(repeating: 0.797_884_56)
    let square = x * x
    let inner = c * x.addingProduct(L(repeating: 0.044_715) * square, x)
    let t = tanh(inner)
    let half = L(repeating: 0.5)
    let innerSlope = c.addingProduct(L(repeating: 0.134_145) * c, square)
    let slope = half * (L(repeating: 1) + t) + half * x * (L(repeating: 1) - t * t) * innerSlope
    return (half * x * (L(repeating: 1) + t), slope)
  }

  /// `x · sigmoid(x)` and its derivative.
  @inlinable @_transparent
  public static func silu<L: Lanes>(_ x: L) -> (value: L, slope: L) {
    let s = sigmoid(x)
    let value = x * s
    return (value, s.addingProduct(value, L(repeating: 1) - s))
  }
}

/// Sums over contiguous values, in sixteen lanes of partial sums.
public enum Reduce {
  /// `Σ a[i]·b[i]`.
  @inlinable
  public static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = Vector.zero
    var index = 0
    while index + vectorWidth <= count {
      lanes = lanes.addingProduct(a.vector(index), b.vector(index))
      index += vectorWidth
    }
    var total = lanes.laneSum
    while index < count {
      total += a[index] * b[index]
      index += 1
    }
    return total
  }

  /// `Σ a[i]`.
  @inlinable
  public static func sum(_ a: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = Vector.zero
    var index = 0
    while index + vectorWidth <= count {
      lanes += a.vector(index)
      index += vectorWidth
    }
    var total = lanes.laneSum
    while index < count {
      total += a[index]
      index += 1
    }
    return total
  }
}

/// Runs `body` over `0..<count` sixteen lanes at a time. The last, partial group is served by `tail`, one value a time.
@inlinable @inline(__always)
public func forEachVector(_ count: Int, _ body: (Int) -> Void, tail: (Int) -> Void) {
  var index = 0
  while index + vectorWidth <= count {
    body(index)
    index += vectorWidth
  }
  while index < count {
    tail(index)
    index += 1
  }
}
