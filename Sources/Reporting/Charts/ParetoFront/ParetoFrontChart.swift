import Text

/// Quality against costs, a panel for each cost: the front as a step line, dominated candidates faint, known hybrids
/// marked.
public struct ParetoFrontChart: Chart {
  public struct Cost: Sendable {
    /// The name in data.
    public let key: String
    /// What stands at the axis.
    public let title: String

    /// The most that the constraints allow, drawn as a line.
    public let limit: Double?

    public init(_ key: String, _ title: String, limit: Double? = nil) {
      (self.key, self.title, self.limit) = (key, title, limit.flatMap { $0.isFinite ? $0 : nil })
    }
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
    /// Whether it meets the constraints, and whether the grammar derives it.
    public let isFeasible, isInGrammar: Bool

    public init(
      name: String, layout: String, hybrid: String? = nil, quality: Double, standardError: Double? = nil,
      costs: [Double], isOnFront: Bool, isFeasible: Bool = true, isInGrammar: Bool = true
    ) {
      (self.name, self.layout, self.hybrid) = (name, layout, hybrid)
      (self.quality, self.standardError) = (quality, standardError.flatMap { $0.isFinite && $0 > 0 ? $0 : nil })
      (self.costs, self.isOnFront) = (costs, isOnFront)
      (self.isFeasible, self.isInGrammar) = (isFeasible, isInGrammar)
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

  /// With the constraint, unless it is far from everything.
  func costScale(_ cost: Int) -> ChartScale {
    let values = points.map { $0.costs[cost] }
    let limit = costs[cost].limit.flatMap { limit in limit <= 10 * (values.max() ?? limit) ? limit : nil }
    return .logarithmic(values + [limit].compactMap(\.self))
  }

  /// What a point is, in words.
  func description(of point: Point) -> String {
    let error = point.standardError.map { " ± " + NumberText.fixed($0, decimals: 4) } ?? ""
    let amounts = zip(costs, point.costs).map { "\($0.title) \(NumberText.fixed($1, decimals: 0))" }
    return "\(point.name)\(point.hybrid.map { " (\($0))" } ?? ""): "
      + "\(NumberText.fixed(point.quality, decimals: 4))\(error), \(amounts.joined(separator: ", ")); \(point.layout)"
      + (point.isFeasible ? "" : "; does not meet the constraints") + (point.isInGrammar ? "" : "; outside the grammar")
  }

  public var table: Table {
    let known: [Column<Point>] = [
      Column("name") { .text($0.name) }, Column("hybrid") { .text(or: $0.hybrid) },
      Column("quality") { .number($0.quality, decimals: 4) },
      Column("standardError") { .number(or: $0.standardError, decimals: 4) },
      Column("onFront") { .flag($0.isOnFront) }, Column("feasible") { .flag($0.isFeasible) },
      Column("inGrammar") { .flag($0.isInGrammar) },
    ]
    let costs = costs.indices.map { index in
      Column<Point>(self.costs[index].key) { .number($0.costs[index], decimals: 0) }
    }
    return Table(known + costs + [Column("layout") { .text($0.layout) }], points)
  }
}
