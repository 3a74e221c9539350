import Foundation

/// The lower triangular factor L of a symmetric positive definite matrix A = L Lᵀ, for some hundreds of rows.
public struct Cholesky: Sendable {
  public let count: Int
  /// `[count, count]`, row after row; what lies above the diagonal is not used.
  private var factor: [Double]

  /// - Parameter matrix: `[count, count]`, row after row; only the lower triangle is read.
  /// - Returns: nil if the matrix is not positive definite in double precision.
  public init?(_ matrix: [Double], count: Int) {
    precondition(matrix.count == count * count, "the matrix must be square")
    var factor = matrix
    let isPositive = factor.withUnsafeMutableBufferPointer { factor in
      for i in 0..<count {
        for j in 0...i {
          var sum = factor[i * count + j]
          sum -= dot(factor, i * count, j * count, j)
          if i == j {
            guard sum > 0, sum.isFinite else { return false }
            factor[i * count + i] = sum.squareRoot()
          } else {
            factor[i * count + j] = sum / factor[j * count + j]
          }
        }
      }
      return true
    }
    guard isPositive else { return nil }
    (self.count, self.factor) = (count, factor)
  }

  /// The logarithm of the determinant of A.
  public var logDeterminant: Double {
    (0..<count).reduce(0) { $0 + 2 * log(factor[$1 * count + $1]) }
  }

  /// The x with L x = b.
  public func forward(_ b: [Double]) -> [Double] {
    var x = b
    factor.withUnsafeBufferPointer { factor in
      x.withUnsafeMutableBufferPointer { x in
        for i in 0..<count {
          var sum = 0.0
          for k in 0..<i { sum = sum.addingProduct(factor[i * count + k], x[k]) }
          x[i] = (x[i] - sum) / factor[i * count + i]
        }
      }
    }
    return x
  }

  /// The x with Lᵀ x = b.
  public func backward(_ b: [Double]) -> [Double] {
    var x = b
    for i in (0..<count).reversed() {
      x[i] /= factor[i * count + i]
      for k in 0..<i { x[k] -= factor[i * count + k] * x[i] }
    }
    return x
  }
}

/// The product of two runs of a buffer, in four sums so that it does not wait for each addition.
private func dot(_ buffer: UnsafeMutableBufferPointer<Double>, _ a: Int, _ b: Int, _ count: Int) -> Double {
  var sums = SIMD4<Double>.zero
  var k = 0
  while k + 4 <= count {
    let x = SIMD4(buffer[a + k], buffer[a + k + 1], buffer[a + k + 2], buffer[a + k + 3])
    let y = SIMD4(buffer[b + k], buffer[b + k + 1], buffer[b + k + 2], buffer[b + k + 3])
    sums = sums.addingProduct(x, y)
    k += 4
  }
  var sum = sums.sum()
  while k < count {
    sum += buffer[a + k] * buffer[b + k]
    k += 1
  }
  return sum
}
