/// The volume that a set of points dominates, up to a reference point; all objectives are minimised.
public enum Hypervolume {
  /// Exact for any number of objectives (the exclusive-volume recursion of WFG; While, Bradstreet and Barone 2012), by a
  /// sweep for two. Points that do not lie below the reference point in every objective contribute nothing.
  public static func of(_ points: [Objectives], reference: Objectives) -> Double {
    let inside = points.filter { point in
      zip(point, reference).allSatisfy { $0.0 < $0.1 } && point.allSatisfy { !$0.isNaN }
    }
    return volume(unique(inside), reference)
  }

  /// How much each point adds to the volume of all: what would be lost without it. Equal points add nothing.
  public static func contributions(_ points: [Objectives], reference: Objectives) -> [Double] {
    let whole = of(points, reference: reference)
    return points.indices.map { index in
      var others = points
      others.remove(at: index)
      return max(whole - of(others, reference: reference), 0)
    }
  }

  /// What `point` would add to the volume of `points`.
  public static func gain(_ point: Objectives, over points: [Objectives], reference: Objectives) -> Double {
    guard zip(point, reference).allSatisfy({ $0.0 < $0.1 }) else { return 0 }
    let limited = points.map { zip($0, point).map { max(Dominance.sound($0.0), $0.1) } }
    return box(point, reference) - of(limited, reference: reference)
  }

  private static func volume(_ points: [Objectives], _ reference: Objectives) -> Double {
    guard let first = points.first else { return 0 }
    if first.count == 1 { return reference[0] - (points.map { $0[0] }.min() ?? reference[0]) }
    if first.count == 2 { return area(points, reference) }
    // Worst first in the last objective, so that the sets that limit each other are small early on.
    let front = Dominance.nonDominated(points).map { points[$0] }.sorted { $0[first.count - 1] > $1[first.count - 1] }
    var total = 0.0
    for (index, point) in front.enumerated() {
      let limited = front[(index + 1)...].map { other in zip(other, point).map { max($0.0, $0.1) } }
      total += box(point, reference) - volume(unique(limited), reference)
    }
    return total
  }

  private static func area(_ points: [Objectives], _ reference: Objectives) -> Double {
    var (total, ceiling) = (0.0, reference[1])
    for point in points.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }) where point[1] < ceiling {
      total += (reference[0] - point[0]) * (ceiling - point[1])
      ceiling = point[1]
    }
    return total
  }

  private static func box(_ point: Objectives, _ reference: Objectives) -> Double {
    zip(point, reference).reduce(1) { $0 * ($1.1 - $1.0) }
  }

  private static func unique(_ points: [Objectives]) -> [Objectives] {
    var seen: Set<Objectives> = []
    return points.filter { seen.insert($0).inserted }
  }
}
