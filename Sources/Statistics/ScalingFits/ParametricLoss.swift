import Foundation

/// Loss as a function of parameters and tokens, L(N, D) = E + A N^-α + B D^-β, fitted robustly (Hoffmann et al. 2022,
/// arXiv 2203.15556, approach 3; see `docs/scaling.md`).
public struct ParametricLoss: Sendable {
  private let sum: PowerSum

  /// E, what the loss tends to; next to nothing where the data show no floor.
  public var floor: Double { exp(sum.logFloor) }
  /// A and α, of parameters.
  public var parameterCoefficient: Double { exp(sum.logCoefficients[0]) }
  public var parameterExponent: Double { sum.exponents[0] }
  /// B and β, of tokens.
  public var tokenCoefficient: Double { exp(sum.logCoefficients[1]) }
  public var tokenExponent: Double { sum.exponents[1] }
  /// The sum of the Huber losses of log L.
  public var objective: Double { sum.objective }

  /// The best of all such functions.
  /// - Returns: nil with fewer than five rows, fewer than three different numbers of parameters or of tokens, or values
  ///   that are not positive.
  public init?(parameters: [Double], tokens: [Double], losses: [Double], delta: Double = 1e-3) {
    guard let fit = PowerSumFit(variables: [parameters, tokens], losses: losses, delta: delta) else { return nil }
    sum = fit.best()
  }

  private init(_ sum: PowerSum) { self.sum = sum }

  public func loss(parameters: Double, tokens: Double) -> Double {
    exp(sum.logLoss(logs: [log(parameters), log(tokens)]))
  }

  /// a and b of N_opt ∝ C^a and D_opt ∝ C^b: β/(α + β) and α/(α + β).
  /// - Returns: nil unless loss falls with both parameters and tokens.
  public var optimalExponents: (parameters: Double, tokens: Double)? {
    guard parameterExponent > 0, tokenExponent > 0 else { return nil }
    let total = parameterExponent + tokenExponent
    return (tokenExponent / total, parameterExponent / total)
  }

  /// The parameters and tokens of the least loss for a budget C = `flopsPerParameterToken` N D, and that loss:
  /// N = G (C / k)^a and D = (C / k)^b / G with G = (α A / β B)^(1 / (α + β)).
  /// - Returns: nil unless loss falls with both parameters and tokens.
  public func optimum(flops: Double, flopsPerParameterToken: Double) -> ScalingOptimum? {
    guard let exponents = optimalExponents else { return nil }
    let product = log(flops) - log(flopsPerParameterToken)
    let ratio =
      (log(parameterExponent) + sum.logCoefficients[0] - log(tokenExponent) - sum.logCoefficients[1])
      / (parameterExponent + tokenExponent)
    let (parameters, tokens) = (exponents.parameters * product + ratio, exponents.tokens * product - ratio)
    return ScalingOptimum(
      size: exp(parameters), tokens: exp(tokens), loss: exp(sum.logLoss(logs: [parameters, tokens])))
  }

  /// This function, fitted to the same data, on draws of their rows.
  public func bootstrap(
    parameters: [Double], tokens: [Double], losses: [Double], delta: Double = 1e-3, repeats: Int, seed: UInt64
  ) -> Bootstrap<ParametricLoss> {
    let fit = PowerSumFit(variables: [parameters, tokens], losses: losses, delta: delta)
    return Bootstrap(rows: losses.count, repeats: repeats, seed: seed) { rows in
      fit?.refit(rows: rows, near: sum).map(ParametricLoss.init)
    }
  }
}

/// The model size and amount of data at which a budget of compute gives the least loss.
public struct ScalingOptimum: Sendable {
  /// Parameters, or the measure in their place.
  public let size: Double
  /// nil where tokens were not measured.
  public let tokens: Double?
  /// nil where nothing tells it.
  public let loss: Double?

  public init(size: Double, tokens: Double?, loss: Double?) {
    (self.size, self.tokens, self.loss) = (size, tokens, loss)
  }
}
