import Foundation

extension IsoFLOPFit {
  /// Where the loss of a compute-optimal model is asked for.
  public enum Place: Sendable, Equatable {
    /// The optimum of a budget, by its index.
    case budget(Int)
    /// What the power law says at some FLOPs.
    case flops(Double)
  }

  /// - Returns: nil where the budget has no optimum inside its sizes, or where there is no power law.
  public func loss(at place: Place) -> Double? {
    switch place {
    case .budget(let index): usedOptimum(index)?.loss
    case .flops(let flops): lossLaw?.loss(compute: flops)
    }
  }

  public func flops(at place: Place) -> Double {
    switch place {
    case .budget(let index): budgets[index].flops
    case .flops(let flops): flops
    }
  }

  /// Compute that a loss takes.
  public struct NeededCompute: Sendable, Equatable {
    /// Infinite if the power law never reaches the loss.
    public let flops: Double
    /// Whether the loss lies between those of two budgets.
    public let isInside: Bool
  }

  /// The compute at which the compute-optimal model has a loss: between neighbouring optima on the line through them in
  /// logarithms; beyond them by the power law, or by the line if there are but two.
  /// - Returns: nil with fewer than two optima, or if loss does not fall with compute.
  public func compute(loss: Double) -> NeededCompute? {
    let optima = budgets.indices.compactMap { index in
      usedOptimum(index)?.loss.map { (flops: budgets[index].flops, loss: $0) }
    }
    for (lower, upper) in zip(optima, optima.dropFirst()) where lower.loss >= loss && loss >= upper.loss {
      guard let line = LogLogLine([lower.loss, upper.loss], [lower.flops, upper.flops]) else { continue }
      return NeededCompute(flops: line.value(loss), isInside: true)
    }
    if let lossLaw { return lossLaw.compute(loss: loss).map { NeededCompute(flops: $0, isInside: false) } }
    guard optima.count == 2, optima[0].loss > optima[1].loss else { return nil }
    return LogLogLine(optima.map(\.loss), optima.map(\.flops)).map {
      NeededCompute(flops: $0.value(loss), isInside: false)
    }
  }
}
