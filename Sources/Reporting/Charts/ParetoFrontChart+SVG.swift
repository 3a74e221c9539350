extension ParetoFrontChart {
  private static let panel = (width: 500.0, height: 430.0)
  private static let margin = (left: 68.0, right: 20.0, top: 66.0, bottom: 54.0)
  /// Members of the front are numbered as far as there is room.
  private static let crowded = 30.0

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
    if points.contains(where: { $0.hybrid != nil }) {
      entry("known hybrid (filled: on the front)") { svg in
        svg.element("path", Self.diamond(x, y, isFilled: false))
      }
    }
    if points.contains(where: { !$0.isOnFront && $0.hybrid == nil }) {
      entry("dominated") { svg in Self.circle(&svg, x, y, isOnFront: false) }
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
    drawSteps(&svg, cost: cost, frame)
    // What matters most is drawn last.
    let layers = [
      points.filter { !$0.isOnFront && $0.hybrid == nil }, points.filter { $0.isOnFront && $0.hybrid == nil },
      points.filter { $0.hybrid != nil },
    ]
    for point in layers.joined() { draw(&svg, point, x: frame.x(point.costs[cost]), frame) }
    drawLabels(&svg, cost: cost, frame)
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
    if point.hybrid != nil {
      svg.element("path", Self.diamond(x, y, isFilled: point.isOnFront), hint: description(of: point))
    } else {
      Self.circle(&svg, x, y, isOnFront: point.isOnFront, hint: description(of: point))
    }
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

  private static func bar(_ x: Double, _ top: Double, _ bottom: Double) -> String {
    "M\(x.svgText) \(top.svgText)V\(bottom.svgText)M\((x - 3).svgText) \(top.svgText)h6"
      + "M\((x - 3).svgText) \(bottom.svgText)h6"
  }

  /// Names of hybrids and, where there is room, of the members of the front.
  private func drawLabels(_ svg: inout SVG, cost: Int, _ frame: ChartFrame) {
    func around(_ x: Double, _ y: Double, _ reach: Double) -> ChartBox {
      ChartBox(left: x - reach, right: x + reach, top: y - reach, bottom: y + reach)
    }
    var placement = LabelPlacement(area: frame.area)
    for point in points {
      let (x, y) = (frame.x(point.costs[cost]), frame.y(point.quality))
      let matters = point.isOnFront || point.hybrid != nil
      placement.avoid(around(x, y, matters ? 5 : 3), weight: matters ? 3 : 0.6)
      guard let error = point.standardError else { continue }
      let (top, bottom) = (frame.y(point.quality + error), frame.y(point.quality - error))
      placement.avoid(.init(left: x - 2, right: x + 2, top: top, bottom: bottom), weight: matters ? 1 : 0.3)
    }
    var previous: Point?
    for point in steps(cost: cost) {
      let (x, y) = (frame.x(point.costs[cost]), frame.y(point.quality))
      if let previous {
        let (left, bottom) = (frame.x(previous.costs[cost]), frame.y(previous.quality))
        placement.avoid(.init(left: left, right: x, top: bottom - 1, bottom: bottom + 1), weight: 1)
        placement.avoid(.init(left: x - 1, right: x + 1, top: y, bottom: bottom), weight: 1)
      }
      previous = point
    }
    if let previous {
      let (x, y) = (frame.x(previous.costs[cost]), frame.y(previous.quality))
      placement.avoid(.init(left: x, right: frame.right, top: y - 1, bottom: y + 1), weight: 1)
    }
    let named = points.filter { $0.hybrid != nil } + points.filter { $0.hybrid == nil && $0.isOnFront }
    svg.group(["font-size": ChartStyle.labelSize]) { svg in
      for point in named {
        let (x, y) = (frame.x(point.costs[cost]), frame.y(point.quality))
        let label = LabelPlacement.Label(text: point.hybrid ?? point.name, x: x, y: y, size: ChartStyle.labelSize)
        let place = placement.best(for: label)
        guard point.hybrid != nil || place.cost < Self.crowded else { continue }
        placement.avoid(place.box, weight: 4)
        draw(&svg, label, place, color: point.hybrid == nil ? ChartStyle.front : ChartStyle.hybrid)
      }
    }
  }

  private func draw(_ svg: inout SVG, _ label: LabelPlacement.Label, _ place: LabelPlacement.Place, color: String) {
    let box = place.box
    if place.isFar {
      let (x, y) = (min(max(label.x, box.left), box.right), min(max(label.y, box.top), box.bottom))
      svg.element("line", ["x1": label.x, "y1": label.y, "x2": x, "y2": y, "stroke": color, "stroke-width": 0.6])
    }
    svg.element(
      "text",
      [
        "x": (box.left + box.right) / 2, "y": box.bottom - 1.5, "text-anchor": "middle", "fill": color,
        "stroke": "#ffffff", "stroke-width": 2.5, "paint-order": "stroke",
      ], text: label.text)
  }
}
