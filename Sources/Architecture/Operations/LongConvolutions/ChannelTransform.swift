import Engine
import Foundation

/// The Fourier transform behind `BlockConvolution`, for sixteen channels at a time: of 128 real values x as 64 complex
/// numbers
///
///     X[k] = Σ_{n<64} (x[n] − i x[n+64]) ωⁿ e^{−2πi n k / 64}     ω = e^{−iπ/128}
///
/// These are the values of the polynomial Σ x[n] zⁿ at half of the roots of z¹²⁸ = −1 (the other half are conjugates),
/// so that products of spectra are products of polynomials modulo z¹²⁸ + 1, without any unpacking of real spectra.
///
/// A spectrum is `[64][re, im][16]` in the order in which two passes of eight-point transforms leave it.
enum ChannelTransform {
  /// Complex numbers in a spectrum.
  static let size = 64
  /// Floats in a spectrum.
  static let count = 2 * size * vectorWidth
  /// FLOPs per channel, by the usual 5 n log₂ n, and the factors ωⁿ.
  static let flops = Double(5 * size * 6 + 6 * size)

  /// Eight factors ω^(8m), then those between the passes, ωⁿ e^(−2πi n k / 64) at [k, n]; real and imaginary parts.
  private static let factors: Buffer = {
    let buffer = Buffer(count: 2 * (8 + size))
    for m in 0..<8 { set(buffer.pointer, m, angle: -Double.pi * Double(8 * m) / 128) }
    for k in 0..<8 {
      for n in 0..<8 {
        let angle = -Double.pi * Double(n) / 128 - 2 * Double.pi * Double(n * k) / 64
        set(buffer.pointer, 8 + 8 * k + n, angle: angle)
      }
    }
    return buffer

    func set(_ factors: Pointer, _ index: Int, angle: Double) {
      factors[2 * index] = Float(Foundation.cos(angle))
      factors[2 * index + 1] = Float(Foundation.sin(angle))
    }
  }()

  /// The spectrum of 128 values, the halves of which are at `low` and `high`.
  static func forward(_ low: Pointer, _ high: Pointer, into spectrum: Pointer) {
    @inline(__always) func input(_ offset: Int) -> ComplexVector {
      ComplexVector(low.vector(offset), -high.vector(offset))
    }
    forward(spectrum, input)
  }

  /// The spectrum of 64 values and as many zeros behind them.
  static func forward(low: Pointer, into spectrum: Pointer) {
    @inline(__always) func input(_ offset: Int) -> ComplexVector { ComplexVector(low.vector(offset), .zero) }
    forward(spectrum, input)
  }

  /// The spectrum of 64 values and as many zeros ahead of them.
  static func forward(high: Pointer, into spectrum: Pointer) {
    @inline(__always) func input(_ offset: Int) -> ComplexVector { ComplexVector(.zero, -high.vector(offset)) }
    forward(spectrum, input)
  }

  @inline(__always)
  private static func forward(_ spectrum: Pointer, _ input: (_ offset: Int) -> ComplexVector) {
    let (outer, inner) = (factors.pointer, factors.pointer + 16)
    for n in 0..<8 {
      @inline(__always) func load(_ m: Int) -> ComplexVector {
        input((n + 8 * m) * vectorWidth).times(outer + 2 * m)
      }
      @inline(__always) func store(_ k: Int, _ value: ComplexVector) {
        value.times(inner + 2 * (8 * k + n)).store(spectrum, 8 * k + n)
      }
      Eight(load).transformed.forEach(store)
    }
    for k in 0..<8 {
      @inline(__always) func load(_ n: Int) -> ComplexVector { ComplexVector(spectrum, 8 * k + n) }
      @inline(__always) func store(_ n: Int, _ value: ComplexVector) { value.store(spectrum, 8 * k + n) }
      Eight(load).transformed.forEach(store)
    }
  }

  /// The inverse: `low = …` or `low += …` if it `adds`, likewise `high`; a half that nobody needs may be nil. Consumes
  /// the spectrum.
  @inline(__always)
  static func inverse(_ spectrum: Pointer, low: Pointer?, high: Pointer?, adds: Bool = false) {
    // An inverse transform is a forward transform with real and imaginary parts swapped.
    let (outer, inner) = (factors.pointer, factors.pointer + 16)
    for k in 0..<8 {
      @inline(__always) func load(_ n: Int) -> ComplexVector { ComplexVector(spectrum, 8 * k + n).swapped }
      @inline(__always) func store(_ n: Int, _ value: ComplexVector) {
        value.times(inner + 2 * (8 * k + n)).store(spectrum, 8 * k + n)
      }
      Eight(load).transformed.forEach(store)
    }
    let scale = Vector(repeating: 1 / Float(size))
    for n in 0..<8 {
      @inline(__always) func load(_ k: Int) -> ComplexVector { ComplexVector(spectrum, 8 * k + n) }
      @inline(__always) func store(_ m: Int, _ value: ComplexVector) {
        let result = value.times(outer + 2 * m)
        let offset = (n + 8 * m) * vectorWidth
        if let low { low.store((adds ? low.vector(offset) : .zero).addingProduct(result.im, scale), offset) }
        if let high { high.store((adds ? high.vector(offset) : .zero).addingProduct(-result.re, scale), offset) }
      }
      Eight(load).transformed.forEach(store)
    }
  }
}

/// A complex number in each lane.
struct ComplexVector {
  var re, im: Vector

  @inline(__always) init(_ re: Vector, _ im: Vector) { (self.re, self.im) = (re, im) }

  /// The number at `index` of a spectrum.
  @inline(__always) init(_ spectrum: Pointer, _ index: Int) {
    self.init(spectrum.vector(2 * index * vectorWidth), spectrum.vector((2 * index + 1) * vectorWidth))
  }

  @inline(__always) func store(_ spectrum: Pointer, _ index: Int) {
    spectrum.store(re, 2 * index * vectorWidth)
    spectrum.store(im, (2 * index + 1) * vectorWidth)
  }

  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(a.re + b.re, a.im + b.im) }
  @inline(__always) static func - (a: Self, b: Self) -> Self { Self(a.re - b.re, a.im - b.im) }

  /// The product with one complex number for all lanes.
  @inline(__always) func times(_ factor: Pointer) -> Self {
    let (c, s) = (Vector(repeating: factor[0]), Vector(repeating: factor[1]))
    return Self((re * c).addingProduct(-im, s), (im * c).addingProduct(re, s))
  }

  /// The product with −i.
  @inline(__always) var turned: Self { Self(im, -re) }
  @inline(__always) var swapped: Self { Self(im, re) }
}

/// Eight complex numbers in registers and their discrete Fourier transform.
private struct Eight {
  private let a0, a1, a2, a3, a4, a5, a6, a7: ComplexVector

  @inline(__always)
  init(_ load: (Int) -> ComplexVector) {
    (a0, a1, a2, a3) = (load(0), load(1), load(2), load(3))
    (a4, a5, a6, a7) = (load(4), load(5), load(6), load(7))
  }

  @inline(__always)
  private init(
    _ a0: ComplexVector, _ a1: ComplexVector, _ a2: ComplexVector, _ a3: ComplexVector, _ a4: ComplexVector,
    _ a5: ComplexVector, _ a6: ComplexVector, _ a7: ComplexVector
  ) {
    (self.a0, self.a1, self.a2, self.a3) = (a0, a1, a2, a3)
    (self.a4, self.a5, self.a6, self.a7) = (a4, a5, a6, a7)
  }

  @inline(__always)
  func forEach(_ body: (Int, ComplexVector) -> Void) {
    body(0, a0)
    body(1, a1)
    body(2, a2)
    body(3, a3)
    body(4, a4)
    body(5, a5)
    body(6, a6)
    body(7, a7)
  }

  /// `Σ_n a[n] e^{−2πi n k / 8}` for k = 0…7.
  @inline(__always)
  var transformed: Self {
    let (d1, d3) = (a1 - a5, a3 - a7)
    let root = Vector(repeating: 0.707_106_781)
    // Times (1 − i)/√2 and (−1 − i)/√2.
    let c1 = ComplexVector((d1.re + d1.im) * root, (d1.im - d1.re) * root)
    let c3 = ComplexVector((d3.im - d3.re) * root, -((d3.re + d3.im) * root))
    let c0 = a0 - a4
    let c2 = (a2 - a6).turned
    let even = Self.four(a0 + a4, a1 + a5, a2 + a6, a3 + a7)
    let odd = Self.four(c0, c1, c2, c3)
    return Self(even.0, odd.0, even.1, odd.1, even.2, odd.2, even.3, odd.3)
  }

  @inline(__always)
  private static func four(_ a: ComplexVector, _ b: ComplexVector, _ c: ComplexVector, _ d: ComplexVector)
    -> (ComplexVector, ComplexVector, ComplexVector, ComplexVector)
  {
    let (s, t, u, v) = (a + c, a - c, b + d, (b - d).turned)
    return (s + u, t + v, s - u, t - v)
  }
}
