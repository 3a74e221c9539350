import Engine
import Foundation

/// The step sizes of selective state spaces, `dt = softplus(raw + bias)`, per position and column.
enum StepSize {
  /// `dt` holds raw values `[rows, columns]` and then the step sizes.
  static func forward(_ dt: Pointer, bias: UnsafePointer<Float>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let line = dt + row * columns
      forEachVector(columns) { i in
        line.store(VectorMath.softplus(line.vector(i) + bias.vector(i)), i)
      } tail: { i in
        line[i] = VectorMath.softplus(line[i] + bias[i])
      }
    }
  }

  /// `gradient` holds ∂/∂dt and then ∂/∂raw; the gradient of the bias is added to `bias`.
  static func backward(_ dt: Pointer, gradient: Pointer, bias: Pointer, rows: Int, columns: Int) {
    for row in 0..<rows {
      let (line, upstream) = (dt + row * columns, gradient + row * columns)
      forEachVector(columns) { i in
        let result = upstream.vector(i) * slope(line.vector(i))
        upstream.store(result, i)
        bias.store(bias.vector(i) + result, i)
      } tail: { i in
        upstream[i] *= slope(line[i])
        bias[i] += upstream[i]
      }
    }
  }

  /// The derivative of softplus from its value: `sigmoid(raw) = 1 − e^−dt`, for small dt by its series.
  @inline(__always)
  private static func slope<L: Lanes>(_ dt: L) -> L {
    let one = L(repeating: 1)
    var series = one - dt * L(repeating: 0.25)
    series = one - dt * L(repeating: 1 / 3) * series
    series = one - dt * L(repeating: 0.5) * series
    return (one - VectorMath.exp(-dt)).whereNonNegative(dt - L(repeating: 0.0625), else: dt * series)
  }

  /// Biases whose softplus is log-uniform between 0.001 and 0.1, as the reference implementation of Mamba draws them.
  static let initialBias = Initializer.values { _, random in
    let dt = exp(log(0.001) + random.uniform() * log(100))
    return dt + log(-expm1(-dt))
  }
}
