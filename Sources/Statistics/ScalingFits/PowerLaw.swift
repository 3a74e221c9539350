import Foundation

/// Loss as a power law of one quantity with a floor, L(C) = E + A C^-α, fitted robustly (see `docs/scaling.md`).
public struct PowerLaw: Sendable {
  private let sum: PowerSum

  /// E, what the loss tends to; next to nothing where the data show no floor.
  public var floor: Double { exp(sum.logFloor) }
  /// A.
  public var coefficient: Double { exp(sum.logCoefficients[0]) }
  /// α.
  public var exponent: Double { sum.exponents[0] }
  /// The sum of the Huber losses of log L.
  public var objective: Double { sum.objective }

  /// The best of all power laws.
  /// - Returns: nil with fewer than three different amounts of compute, or values that are not positive.
  public init?(compute: [Double], losses: [Double], delta: Double = 1e-3) {
    guard let fit = PowerSumFit(variables: [compute], losses: losses, delta: delta) else { return nil }
    sum = fit.best()
  }

  private init(_ sum: PowerSum) { self.sum = sum }

  public func loss(compute: Double) -> Double { exp(sum.logLoss(logs: [log(compute)])) }

  /// The compute at which the law has a loss: infinite for one that it never reaches.
  /// - Returns: nil unless loss falls with compute.
  public func compute(loss: Double) -> Double? {
    guard exponent > 0 else { return nil }
    guard loss > floor else { return .infinity }
    return exp((sum.logCoefficients[0] - log(loss - floor)) / exponent)
  }

  /// This law, fitted to the same data, on draws of their rows.
  public func bootstrap(
    compute: [Double], losses: [Double], delta: Double = 1e-3, repeats: Int, seed: UInt64
  ) -> Bootstrap<PowerLaw> {
    let fit = PowerSumFit(variables: [compute], losses: losses, delta: delta)
    return Bootstrap(rows: losses.count, repeats: repeats, seed: seed) { rows in
      fit?.refit(rows: rows, near: sum).map(PowerLaw.init)
    }
  }
}
