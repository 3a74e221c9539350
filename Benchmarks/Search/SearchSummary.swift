import Statistics

/// What many searches of one strategy amount to.
public struct SearchSummary: Sendable {
  public struct Checkpoint: Sendable {
    public let evaluations: Int
    /// Of the true hypervolume.
    public let share: MeanEstimate
    public let regret: MeanEstimate
  }

  /// The evaluations that a share of the hypervolume takes.
  public struct Target: Sendable {
    public let share: Double
    /// How many searches reached it.
    public let reached: Int
    /// Absent if one did not.
    public let mean: MeanEstimate?
    /// Searches that did not reach it count as infinite.
    public let median: MedianEstimate?
  }

  public static let targets = [0.9, 0.95, 0.99]

  /// Searches that ran out of candidates before do not count.
  public let checkpoints: [Checkpoint]
  public let targets: [Target]

  public init(_ histories: [SearchHistory], checkpoints: [Int]) {
    self.checkpoints = checkpoints.compactMap { evaluations in
      let points = histories.compactMap { $0.point(after: evaluations) }
      guard let share = MeanEstimate(points.map(\.share)), let regret = MeanEstimate(points.map(\.regret)) else {
        return nil
      }
      return Checkpoint(evaluations: evaluations, share: share, regret: regret)
    }
    targets = Self.targets.map { share in
      let needed = histories.map { $0.evaluations(reaching: share).map(Double.init) ?? .infinity }
      let reached = needed.count(where: \.isFinite)
      return Target(
        share: share, reached: reached, mean: reached == needed.count ? MeanEstimate(needed) : nil,
        median: MedianEstimate(needed))
    }
  }
}
