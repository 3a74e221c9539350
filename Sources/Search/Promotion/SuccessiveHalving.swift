import Engine

/// Who goes from one rung to the next: a share of the measured, the best of them by `PromotionOrder`.
///
/// A tenth of the places is drawn at random, evenly over the ranks of those that were not chosen: later measurements would
/// otherwise be of survivors alone, and what they say of the earlier rung biased.
public struct SuccessiveHalving: Sendable {
  /// The part of the places that is drawn at random.
  static let randomPart = 0.1

  private let share: Double
  private let seed: UInt64

  /// - Parameter share: of the measured candidates.
  public init(share: Double, seed: UInt64) { (self.share, self.seed) = (share, seed) }

  /// - Parameter ordered: the measured candidates, the most deserving first.
  /// - Returns: those that go up, in the same order.
  public func chosen<Candidate>(_ ordered: [Candidate], rung: Int) -> [Candidate] {
    guard !ordered.isEmpty else { return [] }
    let places = min(max(1, Int((share * Double(ordered.count)).rounded())), ordered.count)
    let drawn = min(Int((Self.randomPart * Double(places)).rounded()), ordered.count - places)
    let best = places - drawn
    var random = RandomStream(seed: seed, "promotion", .init(rung))
    let rest = ordered.count - best
    let strata = (0..<drawn).map { stratum in
      let (low, high) = (stratum * rest / drawn, (stratum + 1) * rest / drawn)
      return best + low + random.integer(below: high - low)
    }
    return (Array(0..<best) + strata).map { ordered[$0] }
  }
}
