import Text

extension ParetoFrontChart {
  private static let kinds = ["front", "known hybrid", "dominated"]

  /// The chart as a Vega-Lite specification with its data, for people who restyle it.
  public var vegaLite: JSONValue {
    .object([
      ("$schema", "https://vega.github.io/schema/vega-lite/v5.json"), ("title", .text(title)),
      ("data", .object([("values", .list(data))])), ("hconcat", .list(costs.map(panel))),
    ])
  }

  private var data: [JSONValue] {
    let steps = costs.indices.map { Set(self.steps(cost: $0).map(\.name)) }
    return points.map { point in
      let kind = point.hybrid != nil ? Self.kinds[1] : point.isOnFront ? Self.kinds[0] : Self.kinds[2]
      var members: [(String, JSONValue)] = [
        ("candidate", .text(point.name)), ("layout", .text(point.layout)), ("kind", .text(kind)),
        ("front", .flag(point.isOnFront)), ("hybrid", point.hybrid.map(JSONValue.text) ?? .null),
        ("quality", .number(point.quality)),
      ]
      if let error = point.standardError {
        members += [("low", .number(point.quality - error)), ("high", .number(point.quality + error))]
      }
      let isNamed = point.isOnFront || point.hybrid != nil
      members.append(("label", isNamed ? .text(point.hybrid ?? point.name) : .null))
      for (index, cost) in costs.enumerated() {
        members += [
          (cost.key, .number(point.costs[index])), ("step_" + cost.key, .flag(steps[index].contains(point.name))),
        ]
      }
      return .object(members)
    }
  }

  private func panel(_ cost: Cost) -> JSONValue {
    let plotted = "plotted_" + cost.key
    func layer(_ mark: [(String, JSONValue)], _ encoding: [(String, JSONValue)], filter: String? = nil) -> JSONValue {
      let transform = filter.map { [("transform", JSONValue.list([.object([("filter", .text($0))])]))] } ?? []
      return .object(transform + [("mark", .object(mark)), ("encoding", .object(encoding))])
    }
    let x: (String, JSONValue) = (
      "x",
      .object([
        ("field", .text(plotted)), ("type", "quantitative"), ("title", .text(cost.title)),
        ("scale", .object([("type", "log"), ("nice", .flag(false)), ("padding", .integer(20))])),
        ("axis", .object([("format", "~s")])),
      ])
    )
    func y(_ field: JSONValue) -> (String, JSONValue) {
      (
        "y",
        .object([
          ("field", field), ("type", "quantitative"), ("title", .text(qualityTitle)),
          ("scale", .object([("zero", .flag(false)), ("padding", .integer(20))])),
        ])
      )
    }
    func byKind(_ range: [JSONValue]) -> JSONValue {
      .object([
        ("field", "kind"), ("type", "nominal"), ("title", .null),
        ("scale", .object([("domain", .list(Self.kinds.map(JSONValue.text))), ("range", .list(range))])),
      ])
    }
    let color: (String, JSONValue) = (
      "color", byKind([.text(ChartStyle.front), .text(ChartStyle.hybrid), .text(ChartStyle.dominated)])
    )
    let hint: [JSONValue] = (["candidate", "hybrid", "quality", cost.key, "layout"] as [String]).map {
      .object([("field", .text($0))])
    }
    return .object([
      ("width", .integer(400)), ("height", .integer(300)),
      // A layout may have no state at all, which a logarithmic axis cannot show.
      (
        "transform",
        .list([.object([("calculate", .text("max(datum['\(cost.key)'], 1)")), ("as", .text(plotted))])])
      ),
      (
        "layer",
        .list([
          layer(
            [("type", "line"), ("interpolate", "step-after"), ("color", .text(ChartStyle.front))],
            [x, y("quality")], filter: "datum['step_\(cost.key)']"),
          layer(
            [("type", "rule")], [x, y("low"), ("y2", .object([("field", "high")])), color],
            filter: "isValid(datum.low)"),
          layer(
            [("type", "point"), ("filled", .flag(true)), ("size", .integer(60))],
            [
              x, y("quality"), color, ("shape", byKind(["circle", "diamond", "circle"])),
              (
                "opacity",
                .object([
                  ("condition", .object([("test", "datum.front"), ("value", .integer(1))])), ("value", .number(0.5)),
                ])
              ),
              ("tooltip", .list(hint)),
            ]),
          layer(
            [("type", "text"), ("align", "left"), ("dx", .integer(8)), ("fontSize", .integer(10))],
            [x, y("quality"), ("text", .object([("field", "label")])), color], filter: "isValid(datum.label)"),
        ])
      ),
    ])
  }
}
