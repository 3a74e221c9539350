/// How a search of a table went on.
public struct SearchHistory: Sendable {
  public struct Point: Sendable, Equatable {
    public let evaluations: Int
    /// Of the true hypervolume.
    public let share: Double
    /// By how much the true quality of what it takes to be best falls short of the table's best.
    public let regret: Double

    public init(evaluations: Int, share: Double, regret: Double) {
      (self.evaluations, self.share, self.regret) = (evaluations, share, regret)
    }
  }

  /// After each batch.
  public internal(set) var points: [Point] = []

  public init(_ points: [Point] = []) { self.points = points }

  /// After so many evaluations; none if the search found nothing new before.
  public func point(after evaluations: Int) -> Point? { points.first { $0.evaluations == evaluations } }

  /// The evaluations after which the share was reached, to the end of a batch; none if it was not.
  public func evaluations(reaching share: Double) -> Int? { points.first { $0.share >= share }?.evaluations }
}
