import Foundation

/// Plain float64 arithmetic for layers written down by their definition. Matrices are row-major arrays.
enum ReferenceMath {
  /// `x Wᵀ` for `x [rows, inputs]` and `weight [outputs, inputs]`.
  static func linear(_ x: [Double], _ weight: [Float], inputs: Int) -> [Double] {
    let (rows, outputs) = (x.count / inputs, weight.count / inputs)
    return (0..<rows * outputs).map { index in
      let (row, output) = (index / outputs, index % outputs)
      return (0..<inputs).reduce(0) { $0 + x[row * inputs + $1] * Double(weight[output * inputs + $1]) }
    }
  }

  /// The causal convolution of each channel of `x [sequences, time, channels]`.
  static func convolution(_ x: [Double], _ weight: [Float], _ bias: [Float]?, channels: Int, time: Int) -> [Double] {
    let kernel = weight.count / channels
    return x.indices.map { here in
      let (t, c) = (here / channels % time, here % channels)
      return (0..<kernel).reduce(bias.map { Double($0[c]) } ?? 0) { sum, j in
        let back = kernel - 1 - j
        return back > t ? sum : sum + Double(weight[c * kernel + j]) * x[here - back * channels]
      }
    }
  }

  /// The columns `range` of a matrix `width` wide.
  static func columns(_ x: [Double], _ range: Range<Int>, width: Int) -> [Double] {
    stride(from: 0, to: x.count, by: width).flatMap { x[$0 + range.lowerBound..<$0 + range.upperBound] }
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func silu(_ x: Double) -> Double { x * sigmoid(x) }
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}

/// `Σ_n C_t[n] h_t[i, n] + D[i] u_t[i]` with `h_t = exp(−dt rate) h_{t−1} + dt u B`; dt and u are
/// `[sequences, time, channels]`, b and c `[sequences, time, states]`, `rate(channel, state)` is positive.
func referenceScan(
  dt: [Double], u: [Double], b: [Double], c: [Double], channels: Int, states: Int, time: Int,
  rate: (Int, Int) -> Double, skip: (Int) -> Double
) -> [Double] {
  var output = u
  var state = [Double](repeating: 0, count: channels * states)
  for row in 0..<u.count / channels {
    if row % time == 0 { state = state.map { _ in 0 } }
    for i in 0..<channels {
      let (step, input) = (dt[row * channels + i], u[row * channels + i])
      output[row * channels + i] = skip(i) * input
      for n in 0..<states {
        let decay = exp(-step * rate(i, n))
        state[i * states + n] = decay * state[i * states + n] + step * input * b[row * states + n]
        output[row * channels + i] += c[row * states + n] * state[i * states + n]
      }
    }
  }
  return output
}
