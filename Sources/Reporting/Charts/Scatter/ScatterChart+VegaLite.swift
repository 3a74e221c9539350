import Text

extension ScatterChart {
  /// The chart as a Vega-Lite specification with its data.
  public var vegaLite: JSONValue {
    func axis(_ field: String, _ title: String) -> JSONValue {
      ["field": .text(field), "type": "quantitative", "title": .text(title), "scale": ["zero": false]]
    }
    let (x, y) = (axis("x", xTitle), axis("y", yTitle))
    let places = line.map { place -> JSONValue in
      [
        "x": .number(place.x), "y": .number(place.y), "low": place.low.map(JSONValue.number) ?? .null,
        "high": place.high.map(JSONValue.number) ?? .null,
      ]
    }
    let band: JSONValue = ["field": "high", "type": "quantitative"]
    let hints: JSONValue = .list(["point", "name", "group", "x", "y"].map { ["field": $0] })
    return [
      "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": .text(title), "width": 520, "height": 380,
      "layer": [
        [
          "data": ["values": .list(places)], "mark": ["type": "area", "opacity": 0.1],
          "encoding": ["x": x, "y": axis("low", yTitle), "y2": band],
        ],
        ["data": ["values": .list(places)], "mark": "line", "encoding": ["x": x, "y": y]],
        [
          "data": ["values": table.json], "mark": ["type": "point", "filled": true],
          "encoding": [
            "x": x, "y": y, "color": ["field": "group", "type": "nominal", "title": .null],
            "shape": ["field": "group", "type": "nominal", "title": .null], "tooltip": hints,
          ],
        ],
      ],
    ]
  }

  /// The points.
  public var table: Table {
    let columns: [Column<(number: Int, point: Point)>] = [
      Column("point") { .integer($0.number) }, Column("name") { .text($0.point.name) },
      Column("group") { .text(or: $0.point.group) }, Column("x") { .number($0.point.x, decimals: 4) },
      Column("y") { .number($0.point.y, decimals: 4) },
      Column("xStandardError") { .number(or: $0.point.standardErrorX, decimals: 4) },
      Column("yStandardError") { .number(or: $0.point.standardErrorY, decimals: 4) },
    ]
    return Table(columns, points.enumerated().map { ($0 + 1, $1) })
  }
}
