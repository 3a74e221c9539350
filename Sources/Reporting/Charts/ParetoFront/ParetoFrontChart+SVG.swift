extension ParetoFrontChart {
  private static let panel = (width: 500.0, height: 430.0)
  private static let margin = (left: 68.0, right: 20.0, top: 66.0, bottom: 54.0)

  /// The chart as a drawing.
  public var svg: String {
    var svg = SVG()
    let width = Self.panel.width * Double(max(costs.count, 1))
    svg.element(
      "text", ["x": 16, "y": 24, "font-size": 14, "font-weight": "bold", "fill": ChartStyle.ink], text: title)
    drawLegend(&svg)
    if points.isEmpty {
      svg.element("text", ["x": 16, "y": 90, "fill": ChartStyle.ink], text: "Nothing has been measured.")
    } else {
      for cost in costs.indices { draw(&svg, cost: cost, left: Self.panel.width * Double(cost)) }
    }
    return svg.document(width: width, height: Self.panel.height, title: title)
  }

  private func drawLegend(_ svg: inout SVG) {
    var x = 22.0
    let y = 44.0
    func entry(_ text: String, _ mark: (inout SVG) -> Void) {
      mark(&svg)
      svg.element("text", ["x": x + 10, "y": y + 4, "fill": ChartStyle.ink], text: text)
      x += 28 + ChartStyle.width(of: text, size: ChartStyle.textSize)
    }
    if points.contains(where: { $0.isOnFront }) {
      entry("front") { svg in Self.circle(&svg, x, y, isOnFront: true) }
    }
    if points.contains(where: { $0.hybrid != nil && $0.isFeasible }) {
      entry("known hybrid (filled: on the front)") { svg in
        svg.element("path", Self.diamond(x, y, isFilled: false))
      }
    }
    if points.contains(where: { !$0.isOnFront && $0.hybrid == nil }) {
      entry("dominated") { svg in Self.circle(&svg, x, y, isOnFront: false) }
    }
    if points.contains(where: { !$0.isFeasible }) {
      entry("does not meet the constraints") { svg in svg.element("path", Self.cross(x, y)) }
    }
    if points.contains(where: { !$0.isInGrammar }) {
      entry("outside the grammar") { svg in svg.element("circle", Self.ring(x, y, color: ChartStyle.hybrid)) }
    }
    if costs.contains(where: { $0.limit != nil }) {
      entry("constraint") { svg in
        svg.element(
          "path", ["d": "M\(x.svgText) \((y - 7).svgText)v14", "stroke": ChartStyle.ink, "stroke-dasharray": "4 3"])
      }
    }
    if points.contains(where: { $0.standardError != nil }) {
      entry("± 1 standard error") { svg in
        svg.element("path", ["d": Self.bar(x, y - 6, y + 6), "stroke": ChartStyle.ink, "fill": "none"])
      }
    }
  }

  private func draw(_ svg: inout SVG, cost: Int, left: Double) {
    let frame = ChartFrame(
      left: left + Self.margin.left, right: left + Self.panel.width - Self.margin.right, top: Self.margin.top,
      bottom: Self.panel.height - Self.margin.bottom, horizontal: costScale(cost), vertical: qualityScale,
      horizontalTitle: costs[cost].title, verticalTitle: qualityTitle)
    frame.draw(&svg)
    drawLimit(&svg, cost: cost, frame)
    drawSteps(&svg, cost: cost, frame)
    // What matters most is drawn last.
    let layers = [
      points.filter { !$0.isOnFront && $0.hybrid == nil }, points.filter { $0.isOnFront && $0.hybrid == nil },
      points.filter { $0.hybrid != nil },
    ]
    for point in layers.joined() { draw(&svg, point, x: frame.x(point.costs[cost]), frame) }
    drawLabels(&svg, cost: cost, frame)
  }

  /// The constraint on the cost.
  private func drawLimit(_ svg: inout SVG, cost: Int, _ frame: ChartFrame) {
    guard let limit = costs[cost].limit else { return }
    let x = frame.x(limit)
    svg.element(
      "line",
      [
        "x1": x, "x2": x, "y1": frame.top, "y2": frame.bottom, "stroke": ChartStyle.ink, "stroke-width": 1,
        "stroke-dasharray": "4 3",
      ])
  }

  /// The best quality for at most so much cost.
  private func drawSteps(_ svg: inout SVG, cost: Int, _ frame: ChartFrame) {
    let steps = steps(cost: cost)
    guard let first = steps.first else { return }
    var path = "M\(frame.x(first.costs[cost]).svgText) \(frame.y(first.quality).svgText)"
    for point in steps.dropFirst() {
      path += "H\(frame.x(point.costs[cost]).svgText)V\(frame.y(point.quality).svgText)"
    }
    svg.element(
      "path",
      ["d": path + "H\(frame.right.svgText)", "fill": "none", "stroke": ChartStyle.front, "stroke-width": 1.5])
  }

  private func draw(_ svg: inout SVG, _ point: Point, x: Double, _ frame: ChartFrame) {
    let color =
      point.hybrid != nil ? ChartStyle.hybrid : point.isOnFront ? ChartStyle.front : ChartStyle.dominated
    let y = frame.y(point.quality)
    if let error = point.standardError {
      svg.element(
        "path",
        [
          "d": Self.bar(x, frame.y(point.quality + error), frame.y(point.quality - error)), "stroke": color,
          "fill": "none", "stroke-opacity": point.isOnFront || point.hybrid != nil ? 0.8 : 0.35,
        ])
    }
    if !point.isFeasible {
      svg.element("path", Self.cross(x, y), hint: description(of: point))
    } else if point.hybrid != nil {
      svg.element("path", Self.diamond(x, y, isFilled: point.isOnFront), hint: description(of: point))
    } else {
      Self.circle(&svg, x, y, isOnFront: point.isOnFront, hint: description(of: point))
    }
    if !point.isInGrammar { svg.element("circle", Self.ring(x, y, color: color)) }
  }

  private static func circle(_ svg: inout SVG, _ x: Double, _ y: Double, isOnFront: Bool, hint: String? = nil) {
    let attributes: SVG.Attributes =
      isOnFront
      ? ["cx": x, "cy": y, "r": 4, "fill": ChartStyle.front]
      : ["cx": x, "cy": y, "r": 3, "fill": "#ffffff", "stroke": ChartStyle.dominated]
    if let hint { svg.element("circle", attributes, hint: hint) } else { svg.element("circle", attributes) }
  }

  private static func diamond(_ x: Double, _ y: Double, isFilled: Bool) -> SVG.Attributes {
    let path = "M\(x.svgText) \((y - 5.5).svgText)l5.5 5.5l-5.5 5.5l-5.5 -5.5Z"
    return [
      "d": path, "fill": isFilled ? ChartStyle.hybrid : "#ffffff", "stroke": ChartStyle.hybrid, "stroke-width": 1.5,
    ]
  }

  /// What does not meet the constraints.
  private static func cross(_ x: Double, _ y: Double) -> SVG.Attributes {
    let path = "M\((x - 4.5).svgText) \((y - 4.5).svgText)l9 9m0 -9l-9 9"
    return ["d": path, "fill": "none", "stroke": ChartStyle.hybrid, "stroke-width": 1.8]
  }

  /// Around what the grammar does not derive.
  private static func ring(_ x: Double, _ y: Double, color: String) -> SVG.Attributes {
    ["cx": x, "cy": y, "r": 8, "fill": "none", "stroke": color, "stroke-width": 0.8, "stroke-dasharray": "2 2"]
  }

  private static func bar(_ x: Double, _ top: Double, _ bottom: Double) -> String {
    "M\(x.svgText) \(top.svgText)V\(bottom.svgText)M\((x - 3).svgText) \(top.svgText)h6"
      + "M\((x - 3).svgText) \(bottom.svgText)h6"
  }
}
