import Text

/// Why a training cannot begin.
public enum PerplexityError: ReportedError, Equatable, Sendable {
  case tooLarge(bytes: UInt64, available: UInt64)
  /// No model of a study can be trained for so few FLOPs.
  case smallBudget(Double, least: Double)

  public var fault: Fault { .commandLine }

  public var description: String {
    switch self {
    case .tooLarge(let bytes, let available):
      "the training needs \(bytes >> 20) MiB for weights, gradients and moments, the machine has \(available >> 20) MiB"
    case .smallBudget(let budget, let least):
      "a budget of \(budget) FLOPs is less than the smallest model takes for \(IsoFLOPPlan.leastSteps) steps; "
        + "at least \(least) are needed"
    }
  }
}
