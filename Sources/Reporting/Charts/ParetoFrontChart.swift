import Text

/// Quality against costs, a panel for each cost: the front as a step line, dominated candidates faint, known hybrids
/// marked.
public struct ParetoFrontChart: Sendable {
  public struct Cost: Sendable {
    /// The name in data.
    public let key: String
    /// What stands at the axis.
    public let title: String

    public init(_ key: String, _ title: String) { (self.key, self.title) = (key, title) }
  }

  public struct Point: Sendable {
    /// What the point is called, e.g. a candidate's number.
    public let name: String
    public let layout: String
    /// The name of the known hybrid that it is.
    public let hybrid: String?
    public let quality: Double
    public let standardError: Double?
    /// As many as the chart has.
    public let costs: [Double]
    public let isOnFront: Bool

    public init(
      name: String, layout: String, hybrid: String? = nil, quality: Double, standardError: Double? = nil,
      costs: [Double], isOnFront: Bool
    ) {
      (self.name, self.layout, self.hybrid) = (name, layout, hybrid)
      (self.quality, self.standardError) = (quality, standardError.flatMap { $0.isFinite && $0 > 0 ? $0 : nil })
      (self.costs, self.isOnFront) = (costs, isOnFront)
    }
  }

  public let title: String
  public let qualityTitle: String
  /// Whether the quality is a loss.
  public let isLowerBetter: Bool
  public let costs: [Cost]
  /// Those whose numbers are all finite.
  public let points: [Point]

  public init(title: String, qualityTitle: String, isLowerBetter: Bool = false, costs: [Cost], points: [Point]) {
    (self.title, self.qualityTitle, self.isLowerBetter, self.costs) = (title, qualityTitle, isLowerBetter, costs)
    self.points = points.filter { point in
      point.quality.isFinite && point.costs.count == costs.count && point.costs.allSatisfy(\.isFinite)
    }
  }

  /// The points of the front that no cheaper one equals or exceeds in quality, from the cheapest on.
  func steps(cost: Int) -> [Point] {
    func loss(_ point: Point) -> Double { isLowerBetter ? point.quality : -point.quality }
    var least = Double.infinity
    return points.filter(\.isOnFront).sorted {
      ($0.costs[cost], loss($0), $0.name) < ($1.costs[cost], loss($1), $1.name)
    }.filter { point in
      guard loss(point) < least else { return false }
      least = loss(point)
      return true
    }
  }

  var qualityScale: ChartScale {
    .linear(points.flatMap { [$0.quality - ($0.standardError ?? 0), $0.quality + ($0.standardError ?? 0)] })
  }

  func costScale(_ cost: Int) -> ChartScale { .logarithmic(points.map { $0.costs[cost] }) }

  /// What a point is, in words.
  func description(of point: Point) -> String {
    let error = point.standardError.map { " ± " + NumberText.fixed($0, decimals: 4) } ?? ""
    let amounts = zip(costs, point.costs).map { "\($0.title) \(NumberText.fixed($1, decimals: 0))" }
    return "\(point.name)\(point.hybrid.map { " (\($0))" } ?? ""): "
      + "\(NumberText.fixed(point.quality, decimals: 4))\(error), \(amounts.joined(separator: ", ")); \(point.layout)"
  }
}
