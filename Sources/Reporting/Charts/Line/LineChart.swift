import Text

/// Lines and points of several series over one quantity: learning curves, parabolas, power laws.
public struct LineChart: Chart {
  public struct Place: Sendable, Equatable {
    public let x, y: Double
    public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  public struct Series: Sendable {
    public let name: String
    /// What was measured.
    public let points: [Place]
    /// From left to right; empty for none.
    public let line: [Place]
    /// Drawn larger, e.g. an optimum.
    public let marked: Place?

    public init(_ name: String, points: [Place] = [], line: [Place] = [], marked: Place? = nil) {
      func finite(_ places: [Place]) -> [Place] { places.filter { $0.x.isFinite && $0.y.isFinite } }
      (self.name, self.points, self.line) = (name, finite(points), finite(line))
      self.marked = marked.flatMap { $0.x.isFinite && $0.y.isFinite ? $0 : nil }
    }

    var places: [Place] { points + line + [marked].compactMap(\.self) }
  }

  public let title, xTitle, yTitle: String
  public let isLogarithmic: Bool
  public let series: [Series]
  /// Lines of text below the title.
  public let captions: [String]

  /// - Parameter isLogarithmic: whether x is.
  public init(
    title: String, xTitle: String, yTitle: String, isLogarithmic: Bool, series: [Series], captions: [String] = []
  ) {
    (self.title, self.xTitle, self.yTitle, self.isLogarithmic) = (title, xTitle, yTitle, isLogarithmic)
    (self.series, self.captions) = (series.filter { !$0.places.isEmpty }, captions)
  }

  /// The numbers of the chart: a row a place.
  public var table: Table {
    typealias Row = (series: String, kind: String, place: Place)
    let rows = series.flatMap { series -> [Row] in
      series.points.map { (series.name, "point", $0) } + series.line.map { (series.name, "line", $0) }
        + [series.marked].compactMap(\.self).map { (series.name, "optimum", $0) }
    }
    let columns: [Column<Row>] = [
      Column("series") { .text($0.series) }, Column("kind") { .text($0.kind) },
      Column("x") { .significant($0.place.x) }, Column("y") { .significant($0.place.y) },
    ]
    return Table(columns, rows)
  }

  /// The chart as a Vega-Lite specification with its data.
  public var vegaLite: JSONValue {
    let x: JSONValue = [
      "field": "x", "type": "quantitative", "title": .text(xTitle),
      "scale": ["type": isLogarithmic ? "log" : "linear", "zero": false],
    ]
    let y: JSONValue = ["field": "y", "type": "quantitative", "title": .text(yTitle), "scale": ["zero": false]]
    let color: JSONValue = ["field": "series", "type": "nominal", "title": .null]
    func layer(_ kind: String, _ mark: JSONValue) -> JSONValue {
      [
        "transform": [["filter": .text("datum.kind == '\(kind)'")]], "mark": mark,
        "encoding": ["x": x, "y": y, "color": color],
      ]
    }
    return [
      "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": .text(title),
      "data": ["values": table.json], "width": 520, "height": 380,
      "layer": [
        layer("line", "line"), layer("point", ["type": "point", "filled": true]),
        layer("optimum", ["type": "point", "shape": "diamond", "size": 90]),
      ],
    ]
  }
}
