import Text

/// Hypervolume after each evaluation, as a step line.
public struct HypervolumeHistoryChart: Chart {
  public let title: String
  /// After the first evaluation, the second and so on.
  public let values: [Double]

  public init(title: String, values: [Double]) {
    (self.title, self.values) = (title, values.map { $0.isFinite ? $0 : 0 })
  }

  private static let size = (width: 560.0, height: 380.0)

  /// The chart as a drawing.
  public var svg: String {
    var svg = SVG()
    let frame = ChartFrame(
      left: 76, right: Self.size.width - 20, top: 44, bottom: Self.size.height - 54,
      horizontal: .linear([0, Double(max(values.count, 1))], room: 0),
      vertical: .linear([0, values.max() ?? 0], room: 0.04), horizontalTitle: "evaluations",
      verticalTitle: "hypervolume")
    svg.element(
      "text", ["x": 16, "y": 24, "font-size": 14, "font-weight": "bold", "fill": ChartStyle.ink], text: title)
    frame.draw(&svg)
    var path = "M\(frame.x(0).svgText) \(frame.y(0).svgText)"
    for (index, value) in values.enumerated() where index == 0 || value != values[index - 1] {
      path += "H\(frame.x(Double(index + 1)).svgText)V\(frame.y(value).svgText)"
    }
    if !values.isEmpty {
      svg.element(
        "path",
        ["d": path + "H\(frame.right.svgText)", "fill": "none", "stroke": ChartStyle.front, "stroke-width": 2])
    }
    return svg.document(width: Self.size.width, height: Self.size.height, title: title)
  }

  /// The chart as a Vega-Lite specification with its data.
  public var vegaLite: JSONValue {
    func axis(_ field: String) -> JSONValue {
      .object([("field", .text(field)), ("type", "quantitative"), ("title", .text(field))])
    }
    return .object([
      ("$schema", "https://vega.github.io/schema/vega-lite/v5.json"), ("title", .text(title)),
      ("data", .object([("values", table.json)])), ("width", .integer(460)), ("height", .integer(280)),
      (
        "mark",
        .object([("type", "line"), ("interpolate", "step-after"), ("color", .text(ChartStyle.front))])
      ), ("encoding", .object([("x", axis("evaluations")), ("y", axis("hypervolume"))])),
    ])
  }

  /// The numbers of the chart.
  public var table: Table {
    var table = Table([.init("evaluations", "evaluations"), .init("hypervolume", "hypervolume")])
    for (index, value) in values.enumerated() { table.add([.integer(index + 1), .number(value, decimals: 4)]) }
    return table
  }
}
