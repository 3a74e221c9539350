/// Least squares under the condition that no coefficient is negative.
enum NonNegativeLeastSquares {
  /// The c ≥ 0 with the smallest cᵀ A c / 2 - b · c, by coordinate descent from 0; for a few dozen coefficients.
  /// - Parameter matrix: A, `[count][count]`, symmetric, without negative eigenvalues.
  static func solution(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    var solution = vector.map { _ in 0.0 }
    for _ in 0..<10_000 {
      var (change, largest) = (0.0, 0.0)
      for index in vector.indices where matrix[index][index] > 0 {
        var rest = vector[index]
        for other in vector.indices { rest -= matrix[index][other] * solution[other] }
        let next = max(solution[index] + rest / matrix[index][index], 0)
        change = max(change, (next - solution[index]).magnitude)
        largest = max(largest, next)
        solution[index] = next
      }
      if change <= 1e-13 * largest { break }
    }
    return solution
  }
}
