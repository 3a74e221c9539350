import Engine
import Foundation
import Testing

@Suite("Elementary functions")
struct VectorMathTests {
  /// Arguments over the whole range, denser near zero.
  static let arguments: [Float] =
    stride(from: Float(-86), through: 86, by: 0.37).map { $0 }
    + stride(from: Float(-2), through: 2, by: 0.003).map { $0 }

  private func check(
    _ scalar: (Float) -> Float, _ vector: (Vector) -> Vector, _ exact: (Double) -> Double, relative: Double,
    absolute: Double = 1e-37, over arguments: [Float] = Self.arguments
  ) {
    for x in arguments {
      let expected = exact(Double(x))
      let bound = relative * abs(expected) + absolute
      #expect(abs(Double(scalar(x)) - expected) <= bound, "\(x)")
      #expect(abs(Double(vector(Vector(repeating: x))[7]) - expected) <= bound, "\(x)")
    }
  }

  @Test("exp, sigmoid, softplus and silu are right to a few units in the last place")
  func exponentials() {
    check(VectorMath.exp, VectorMath.exp, { Foundation.exp($0) }, relative: 3e-7)
    check(VectorMath.sigmoid, VectorMath.sigmoid, { 1 / (1 + Foundation.exp(-$0)) }, relative: 5e-7)
    check(VectorMath.softplus, VectorMath.softplus, { log1p(Foundation.exp($0)) }, relative: 6e-7)
    check(
      { VectorMath.silu($0).value }, { VectorMath.silu($0).value }, { $0 / (1 + Foundation.exp(-$0)) }, relative: 6e-7)
  }

  @Test("log of positive numbers")
  func logarithm() {
    let positive = (-120...120).map { Float(Foundation.exp(Double($0) * 0.7)) } + [1, 0.999, 1.001, 0.7072, 1.4142]
    check(VectorMath.log, VectorMath.log, { Foundation.log($0) }, relative: 3e-7, absolute: 6e-8, over: positive)
  }

  @Test("tanh and gelu, and the slopes of gelu and silu")
  func gates() {
    check(VectorMath.tanh, VectorMath.tanh, { Foundation.tanh($0) }, relative: 6e-7)
    let root = (2 / Double.pi).squareRoot()
    func gelu(_ x: Double) -> Double { 0.5 * x * (1 + Foundation.tanh(root * (x + 0.044715 * x * x * x))) }
    check({ VectorMath.geluTanh($0).value }, { VectorMath.geluTanh($0).value }, gelu, relative: 1e-6, absolute: 3e-7)
    func slope(_ f: @escaping (Double) -> Double) -> (Double) -> Double { { (f($0 + 1e-5) - f($0 - 1e-5)) / 2e-5 } }
    check(
      { VectorMath.geluTanh($0).slope }, { VectorMath.geluTanh($0).slope }, slope(gelu), relative: 1e-5, absolute: 2e-6)
    check(
      { VectorMath.silu($0).slope }, { VectorMath.silu($0).slope }, slope { $0 / (1 + Foundation.exp(-$0)) },
      relative: 1e-5, absolute: 2e-6)
  }

  @Test("large arguments saturate, and what is not a number stays visible")
  func extremes() {
    #expect(VectorMath.exp(Float(1000)).isFinite)
    #expect(VectorMath.exp(Float(-1000)) < 1e-37)
    #expect(VectorMath.exp(Float.nan).isNaN)
    #expect(VectorMath.exp(Vector(repeating: .nan))[0].isNaN)
    #expect(VectorMath.sigmoid(Float(100)) == 1)
    #expect(VectorMath.tanh(Float(-100)) == -1)
    #expect(VectorMath.softplus(Float(80)) == 80)
  }

  @Test("dot and sum take any length", arguments: [0, 1, 15, 16, 17, 63, 100])
  func reductions(count: Int) {
    let (a, b) = (Buffer(count: count), Buffer(count: count))
    for i in 0..<count { (a.pointer[i], b.pointer[i]) = (Float(i % 7) - 3, Float(i % 5)) }
    #expect(
      Reduce.dot(a.pointer, b.pointer, count: count) == (0..<count).reduce(0) { $0 + a.pointer[$1] * b.pointer[$1] })
    #expect(Reduce.sum(a.pointer, count: count) == (0..<count).reduce(0) { $0 + a.pointer[$1] })
  }
}
