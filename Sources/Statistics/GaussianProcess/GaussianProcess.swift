import Foundation

/// A Gaussian process on a precomputed kernel with a constant mean (Rasmussen and Williams 2006, chapters 2 and 5).
///
///     y ~ N(m 1, s² (R + N))     R: correlations [n, n], N: noise over s², diagonal
///     m = 1ᵀ(R + N)⁻¹y / 1ᵀ(R + N)⁻¹1          s² = (y - m)ᵀ(R + N)⁻¹(y - m) / n
///     log p(y) = -n/2 (log 2πs² + 1) - 1/2 log |R + N|
///
/// Mean and scale are those of the greatest likelihood; what the kernel and noise hold is the caller's to choose.
public struct GaussianProcess: Sendable {
  public let mean: Double
  /// s²
  public let scale: Double
  /// The logarithm of the marginal likelihood at the best mean and scale.
  public let logLikelihood: Double
  private let factor: Cholesky
  /// L⁻¹(y - m)
  private let whitened: [Double]

  /// - Parameters:
  ///   - correlations: `[n, n]`, row after row, ones on the diagonal.
  ///   - noise: of each observation, in units of the scale.
  /// - Returns: nil without observations, or if the matrix is not positive definite.
  public init?(correlations: [Double], noise: [Double], targets: [Double]) {
    let count = targets.count
    guard count > 0, noise.count == count, correlations.count == count * count else { return nil }
    var matrix = correlations
    for i in 0..<count { matrix[i * count + i] += noise[i] }
    guard let factor = Cholesky(matrix, count: count) else { return nil }
    let ones = factor.forward([Double](repeating: 1, count: count))
    let values = factor.forward(targets)
    let mean = product(ones, values) / product(ones, ones)
    let whitened = zip(values, ones).map { $0 - mean * $1 }
    // Equal targets have no scale; the least one keeps the likelihood finite.
    let scale = max(product(whitened, whitened) / Double(count), 1e-12)
    let each = -Double(count) / 2 * (log(2 * Double.pi * scale) + 1)
    (self.mean, self.scale, self.factor, self.whitened) = (mean, scale, factor, whitened)
    logLikelihood = each - factor.logDeterminant / 2
  }

  /// What is known about a function value.
  public struct Posterior: Sendable {
    public internal(set) var mean: Double
    /// Without the noise of observations.
    public internal(set) var variance: Double
    /// L⁻¹k, from which covariances follow.
    fileprivate var whitened: [Double]
  }

  /// The posterior of a value whose correlations with the observed ones are given. The uncertainty of the mean is left
  /// out.
  public func posterior(correlations: [Double]) -> Posterior {
    let white = factor.forward(correlations)
    return Posterior(
      mean: mean + product(white, whitened), variance: max(scale * (1 - product(white, white)), 0), whitened: white)
  }

  /// Takes `posterior` on, as if another value were observed and came out at its mean: the mean stays, the variance
  /// shrinks (Ginsbourger, Le Riche and Carraro 2010, "kriging believer").
  ///
  /// All posteriors that are used together have to be taken on by the same values in the same order.
  public func believe(_ other: Posterior, correlation: Double, noise: Double, in posterior: inout Posterior) {
    let shared = correlation - product(posterior.whitened, other.whitened)
    let total = max(other.variance / scale + noise, 1e-12)
    let white = shared / total.squareRoot()
    posterior.whitened.append(white)
    posterior.variance = max(posterior.variance - scale * white * white, 0)
  }
}

private func product(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in 0..<min(a.count, b.count) { sum = sum.addingProduct(a[i], b[i]) }
  return sum
}
