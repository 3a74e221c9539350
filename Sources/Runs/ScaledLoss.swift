import LanguageModeling
import Statistics

/// What the trainings of an IsoFLOP rung say of a layout's loss.
public struct ScaledLoss: Sendable {
  private static let draws = 200

  /// Of the trainings that have a loss.
  public let fit: IsoFLOPFit
  /// The loss of the compute-optimal model at the largest budget, in nats per byte: the minimum of the parabola where it
  /// lies inside the sizes, else the least loss measured.
  public let loss: Double
  /// Of that minimum, from the losses' distances from the parabolas; nil unless they have more sizes than coefficients.
  public let standardError: Double?
  /// The loss that the power law over the budgets gives at the target; nil with fewer than three optima.
  public let extrapolated: Double?

  /// - Parameter target: FLOPs.
  /// - Returns: nil if no training at the largest budget has a loss.
  public init?(_ results: [PerplexityResult], budgets: [Double], target: Double) {
    let runs = results.compactMap { result in
      result.heldOut.map { loss in
        let tokens = Double(result.plan.tokens)
        return IsoFLOPFit.Run(
          size: Double(result.parameters), tokens: tokens, flops: tokens * result.trainingFLOPs, loss: loss)
      }
    }
    let fit = IsoFLOPFit(runs)
    // A step more or less of the last budget.
    guard let last = fit.budgets.last, let largest = budgets.last, last.flops > 0.9 * largest,
      let least = last.runs.map(\.loss).min()
    else { return nil }
    self.fit = fit
    let isInside = last.isOptimumInside
    loss = isInside ? last.optimum?.loss ?? least : least
    let drawn = isInside ? fit.bootstrap(repeats: Self.draws, seed: 0) : nil
    let losses = drawn?.replicates.compactMap { $0.budgets.last?.optimum?.loss } ?? []
    standardError = losses.count > 1 ? Self.deviation(losses) : nil
    extrapolated = fit.optimum(flops: target)?.loss
  }

  private static func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }
}
