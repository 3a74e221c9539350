/// Points of several groups in two quantities, with a line through them.
public struct ScatterChart: Chart {
  public struct Point: Sendable {
    /// What it is called beside its number, where there is room for words.
    public let name: String
    public let group: String?
    public let x, y: Double
    /// Nil where it is not known.
    public let standardErrorX, standardErrorY: Double?

    public init(
      name: String, group: String?, x: Double, y: Double, standardErrorX: Double? = nil, standardErrorY: Double? = nil
    ) {
      (self.name, self.group, self.x, self.y) = (name, group, x, y)
      (self.standardErrorX, self.standardErrorY) = (standardErrorX, standardErrorY)
    }
  }

  /// A place of a line, and the ends of its interval.
  public struct LinePlace: Sendable {
    public let x, y: Double
    public let low, high: Double?

    public init(x: Double, y: Double, low: Double?, high: Double?) {
      (self.x, self.y, self.low, self.high) = (x, y, low, high)
    }
  }

  public let title, xTitle, yTitle: String
  /// A point's number is its place among them, from 1.
  public let points: [Point]
  /// From left to right; empty for none.
  public let line: [LinePlace]
  /// Lines of text below the title.
  public let captions: [String]

  public init(
    title: String, xTitle: String, yTitle: String, points: [Point], line: [LinePlace] = [], captions: [String] = []
  ) {
    (self.title, self.xTitle, self.yTitle) = (title, xTitle, yTitle)
    (self.points, self.line, self.captions) = (points, line, captions)
  }

  /// In the order in which they occur.
  var groups: [String] {
    points.compactMap(\.group).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
