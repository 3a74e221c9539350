import Engine
import Statistics

/// How likely points are to be non-dominated whose loss is known with an error and whose costs are exact.
public enum NonDominance {
  public struct Point: Sendable {
    /// Names the point's own stream of random numbers.
    public let identity: String
    /// To be minimised, as the costs.
    public let loss: Double
    /// Of the loss; an error that is not finite counts as none.
    public let standardError: Double
    public let costs: Objectives

    public init(identity: String, loss: Double, standardError: Double, costs: Objectives) {
      (self.identity, self.loss, self.costs) = (identity, Dominance.sound(loss), costs)
      self.standardError = standardError.isFinite ? max(standardError, 0) : 0
    }
  }

  static let draws = 2000

  /// The share of draws in which each point is non-dominated: a parametric bootstrap, in which every loss is drawn anew
  /// from a normal distribution around what was measured. It depends on the seed and on the points, not on their order.
  public static func probabilities(_ points: [Point], seed: UInt64) -> [Double] {
    let rivals = points.indices.map { Self.rivals(of: $0, in: points) }
    var streams = points.map { RandomStream(seed: seed, "non-dominance", .init($0.identity)) }
    var losses = points.map(\.loss)
    var wins = points.map { _ in 0 }
    for _ in 0..<draws {
      for index in points.indices where points[index].standardError > 0 {
        losses[index] = points[index].loss + points[index].standardError * streams[index].normal()
      }
      for index in points.indices {
        let own = losses[index]
        let isDominated = rivals[index].contains { rival in
          losses[rival.index] < own || (rival.isCheaper && losses[rival.index] == own)
        }
        if !isDominated { wins[index] += 1 }
      }
    }
    return wins.map { Double($0) / Double(draws) }
  }

  /// The probability that `a` dominates `b`.
  public static func probability(that a: Point, dominates b: Point) -> Double {
    guard let isCheaper = cheaper(a, b) else { return 0 }
    let error = (a.standardError * a.standardError + b.standardError * b.standardError).squareRoot()
    guard error > 0, a.loss.isFinite, b.loss.isFinite else {
      return a.loss < b.loss || (isCheaper && a.loss == b.loss) ? 1 : 0
    }
    return Normal.cumulative((b.loss - a.loss) / error)
  }

  /// The points that cost no more, and whether they cost less: only they can dominate. The most likely ones first.
  private static func rivals(of index: Int, in points: [Point]) -> [(index: Int, isCheaper: Bool)] {
    points.indices.compactMap { other in
      other == index ? nil : cheaper(points[other], points[index]).map { (other, $0) }
    }.sorted { (points[$0.index].loss, $0.index) < (points[$1.index].loss, $1.index) }
  }

  /// Whether `a` costs less than `b` somewhere; nil if it costs more anywhere.
  private static func cheaper(_ a: Point, _ b: Point) -> Bool? {
    var isCheaper = false
    for (x, y) in zip(a.costs, b.costs) {
      let (x, y) = (Dominance.sound(x), Dominance.sound(y))
      if x > y { return nil }
      if x < y { isCheaper = true }
    }
    return isCheaper
  }
}
