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
  /// The FLOPs at which the power law over the budgets is asked.
  public let target: Double
  /// The loss that the law gives there; nil with fewer than three optima.
  public let extrapolated: Double?

  /// - Parameter target: FLOPs.
  /// - Returns: nil if no training at the largest budget has a loss.
  public init?(_ results: [PerplexityResult], budgets: [Double], target: Double) {
    var runs: [Double: [IsoFLOPFit.Run]] = [:]
    for result in results {
      let tokens = Double(result.plan.tokens)
      let flops = tokens * result.trainingFLOPs
      // Spent but for a part of a step.
      guard let loss = result.heldOut, let budget = budgets.min(by: { abs($0 - flops) < abs($1 - flops) }) else {
        continue
      }
      runs[budget, default: []].append(
        IsoFLOPFit.Run(size: Double(result.parameters), tokens: tokens, flops: flops, loss: loss))
    }
    guard let largest = budgets.last, let least = runs[largest]?.map(\.loss).min() else { return nil }
    let fit = IsoFLOPFit(
      budgets: budgets.compactMap { budget in runs[budget].map { IsoFLOPFit.Budget($0, flops: budget) } })
    let last = fit.budgets[fit.budgets.count - 1]
    (self.fit, self.target) = (fit, target)
    let isInside = last.isOptimumInside
    loss = isInside ? last.optimum?.loss ?? least : least
    let drawn = isInside ? fit.bootstrap(repeats: Self.draws, seed: 0) : nil
    let losses = drawn?.replicates.compactMap { $0.budgets.last?.optimum?.loss } ?? []
    standardError = MeanEstimate(losses)?.standardDeviation
    extrapolated = fit.optimum(flops: target)?.loss
  }
}
