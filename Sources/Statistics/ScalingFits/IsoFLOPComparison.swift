import Foundation

/// How the trainings of one architecture scale beside those of a baseline at the same budgets (Poli et al. 2024,
/// arXiv 2403.17844; see `docs/scaling.md`).
public struct IsoFLOPComparison: Sendable {
  public let fit, baseline: IsoFLOPFit

  /// - Parameters:
  ///   - fit: with the baseline's budgets, in the same order.
  public init(_ fit: IsoFLOPFit, baseline: IsoFLOPFit) { (self.fit, self.baseline) = (fit, baseline) }

  /// Loss less the baseline's at equal compute, both compute-optimal, in nats. The exponential is the ratio of
  /// perplexities.
  /// - Returns: nil unless both are known.
  public func lossDifference(at place: IsoFLOPFit.Place) -> Double? {
    guard let loss = fit.loss(at: place), let other = baseline.loss(at: place) else { return nil }
    return loss - other
  }

  /// The compute that the baseline's loss takes.
  /// - Returns: nil where it is not defined.
  public func computeNeeded(at place: IsoFLOPFit.Place) -> IsoFLOPFit.NeededCompute? {
    baseline.loss(at: place).flatMap { fit.compute(loss: $0) }
  }

  /// The same as a share of the compute that the baseline takes.
  public func computeShare(at place: IsoFLOPFit.Place) -> Double? {
    computeNeeded(at: place).map { $0.flops / baseline.flops(at: place) }
  }

  /// Loss less the baseline's at a budget and a size that both have measured around, by their parabolas, in nats.
  public func lossDifference(budget: Int, size: Double) -> Double? {
    guard let loss = fit.budgets[budget].loss(size: size), let other = baseline.budgets[budget].loss(size: size)
    else { return nil }
    return loss - other
  }

  /// This comparison on other draws of the noise of both, each drawn for itself.
  /// - Parameters:
  ///   - draws, baseline: of seeds that differ.
  public static func bootstrap(
    _ draws: Bootstrap<IsoFLOPFit>, baseline: Bootstrap<IsoFLOPFit>
  ) -> Bootstrap<IsoFLOPComparison> {
    draws.paired(with: baseline) { IsoFLOPComparison($0, baseline: $1) }
  }
}
