/// Points of a multi-objective search: one number per objective, every one to be minimised.
public typealias Objectives = [Double]

/// Pareto dominance over minimised objectives. A point with a NaN is comparable to nothing better: it is treated as
/// infinitely bad in that objective, so that failed evaluations lose instead of confusing the order.
public enum Dominance {
  /// Whether `a` is at least as good as `b` everywhere and better somewhere.
  public static func dominates(_ a: Objectives, _ b: Objectives) -> Bool {
    var better = false
    for (x, y) in zip(a, b) {
      let (x, y) = (sound(x), sound(y))
      if x > y { return false }
      if x < y { better = true }
    }
    return better
  }

  static func sound(_ value: Double) -> Double { value.isNaN ? .infinity : value }

  /// The indices of the points that no other point dominates, in order. Equal points are all kept.
  public static func nonDominated(_ points: [Objectives]) -> [Int] {
    points.indices.filter { i in !points.contains { dominates($0, points[i]) } }
  }

  /// The fronts of non-dominated sorting (Deb et al. 2002, NSGA-II): the first is dominated by nobody, the second by the
  /// first alone, and so on. Each front lists indices in ascending order.
  public static func nonDominatedSort(_ points: [Objectives]) -> [[Int]] {
    var dominated = points.map { _ in [Int]() }
    var dominators = points.map { _ in 0 }
    for i in points.indices {
      for j in points.indices.dropFirst(i + 1) {
        if dominates(points[i], points[j]) {
          dominated[i].append(j)
          dominators[j] += 1
        } else if dominates(points[j], points[i]) {
          dominated[j].append(i)
          dominators[i] += 1
        }
      }
    }
    var fronts: [[Int]] = []
    var front = points.indices.filter { dominators[$0] == 0 }
    while !front.isEmpty {
      fronts.append(front)
      var next: [Int] = []
      for i in front {
        for j in dominated[i] {
          dominators[j] -= 1
          if dominators[j] == 0 { next.append(j) }
        }
      }
      front = next.sorted()
    }
    return fronts
  }

  /// The crowding distance of each point of one front (Deb et al. 2002): the sum over objectives of the gap between its
  /// neighbours, relative to the front's range; infinite at the ends. Objectives without a finite range count nothing.
  public static func crowdingDistance(_ front: [Objectives]) -> [Double] {
    var distances = front.map { _ in 0.0 }
    guard let objectives = front.first?.count else { return [] }
    for objective in 0..<objectives {
      let values = front.map { sound($0[objective]) }
      let order = front.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      guard let first = order.first, let last = order.last else { continue }
      distances[first] = .infinity
      distances[last] = .infinity
      let range = values[last] - values[first]
      guard range > 0, range.isFinite else { continue }
      for position in order.indices.dropFirst().dropLast() {
        distances[order[position]] += (values[order[position + 1]] - values[order[position - 1]]) / range
      }
    }
    return distances
  }
}
