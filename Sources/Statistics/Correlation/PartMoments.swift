/// Sums over some things from which weights of parts are fitted; those of fewer things follow by subtraction.
struct PartMoments: Sendable {
  private var count = 0.0
  /// Of each part, and of the target at the end.
  private var sums: [Double]
  /// `[parts + 1][parts + 1]`.
  private var products: [[Double]]

  /// The coefficients of the parts, none negative, and the means that they belong to.
  struct Fit {
    let coefficients, means: [Double]
    let targetMean: Double

    func value(_ row: [Double]) -> Double {
      coefficients.indices.reduce(targetMean) { $0 + coefficients[$1] * (row[$1] - means[$1]) }
    }
  }

  init(parts: Int) {
    sums = [Double](repeating: 0, count: parts + 1)
    products = [[Double]](repeating: sums, count: parts + 1)
  }

  /// - Parameter row: the parts of a thing, then its target.
  mutating func add(_ row: [Double], _ sign: Double = 1) {
    count += sign
    for i in row.indices {
      sums[i] += sign * row[i]
      for j in row.indices { products[i][j] += sign * row[i] * row[j] }
    }
  }

  static func - (all: Self, some: Self) -> Self {
    var rest = all
    rest.count -= some.count
    for i in all.sums.indices {
      rest.sums[i] -= some.sums[i]
      for j in all.sums.indices { rest.products[i][j] -= some.products[i][j] }
    }
    return rest
  }

  /// The c ≥ 0 with the smallest mean of (y - ȳ - Σ cⱼ (pⱼ - p̄ⱼ))² + shrinkage · v · Σ (cⱼ - c̄)², v the mean variance of
  /// the parts.
  func fit(shrinkage: Double) -> Fit {
    let parts = sums.count - 1
    let means = sums.map { $0 / count }
    let covariance = sums.indices.map { i in sums.indices.map { j in products[i][j] / count - means[i] * means[j] } }
    let vector = Array(covariance[parts].prefix(parts))
    var matrix = covariance.prefix(parts).map { Array($0.prefix(parts)) }
    let coefficients: [Double]
    if shrinkage.isFinite {
      let strength = shrinkage * (0..<parts).reduce(0) { $0 + matrix[$1][$1] } / Double(parts)
      for i in 0..<parts {
        for j in 0..<parts { matrix[i][j] += strength * ((i == j ? 1 : 0) - 1 / Double(parts)) }
      }
      coefficients = NonNegativeLeastSquares.solution(matrix, vector)
    } else {
      let variance = matrix.reduce(0) { $0 + $1.reduce(0, +) }
      let slope = variance > 0 ? max(vector.reduce(0, +) / variance, 0) : 0
      coefficients = [Double](repeating: slope, count: parts)
    }
    return Fit(coefficients: coefficients, means: Array(means.prefix(parts)), targetMean: means[parts])
  }
}
