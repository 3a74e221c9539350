/// Which measured candidates are worth another measurement: the non-dominated ones, since a lucky score puts a candidate
/// there.
public enum Contenders {
  /// - Parameters:
  ///   - points: mean losses and costs, all minimised.
  ///   - replicates: how often each was measured.
  ///   - limit: how often at most.
  /// - Returns: the places of the non-dominated that were measured less often than the limit, the least measured first and
  ///   of those the ones that add most hypervolume.
  public static func places(_ points: [Objectives], replicates: [Int], limit: Int) -> [Int] {
    let front = Dominance.nonDominated(points)
    let ranked = PromotionOrder.order(front.map { points[$0] }).map { front[$0] }
    let rank = Dictionary(uniqueKeysWithValues: ranked.enumerated().map { ($1, $0) })
    return ranked.filter { replicates[$0] < limit }
      .sorted { (replicates[$0], rank[$0] ?? 0) < (replicates[$1], rank[$1] ?? 0) }
  }
}
