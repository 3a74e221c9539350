import Text

extension ScatterChart {
  private static let width = 620.0
  private static let plotHeight = 400.0
  private static let lineHeight = 18.0
  private static let radius = 4.5
  /// More numbers than that would cover the points.
  private static let mostNumbers = 60

  /// The chart as a drawing.
  public var svg: String {
    var svg = SVG()
    svg.element(
      "text", ["x": 16, "y": 24, "font-size": 14, "font-weight": "bold", "fill": ChartStyle.ink], text: title)
    var y = 24.0
    for caption in captions {
      y += Self.lineHeight
      svg.element("text", ["x": 16, "y": y, "fill": ChartStyle.ink], text: caption)
    }
    if !groups.isEmpty {
      y += Self.lineHeight
      drawLegend(&svg, y: y)
    }
    let top = y + 16
    let height = top + Self.plotHeight + 54
    let frame = ChartFrame(
      left: 76, right: Self.width - 20, top: top, bottom: height - 54,
      horizontal: .linear(points.flatMap { Self.ends($0.x, $0.standardErrorX) }),
      vertical: .linear(points.flatMap { Self.ends($0.y, $0.standardErrorY) } + line.map(\.y)), horizontalTitle: xTitle,
      verticalTitle: yTitle)
    frame.draw(&svg)
    drawLine(&svg, frame)
    for (index, point) in points.enumerated() { draw(&svg, point, number: index + 1, frame) }
    if points.count <= Self.mostNumbers { drawNumbers(&svg, frame) }
    return svg.document(width: Self.width, height: height, title: title)
  }

  private static func ends(_ value: Double, _ error: Double?) -> [Double] {
    [value - (error ?? 0), value + (error ?? 0)]
  }

  private func drawLegend(_ svg: inout SVG, y: Double) {
    var x = 22.0
    for group in groups {
      mark(&svg, group, x: x, y: y - 4, hint: group)
      svg.element("text", ["x": x + 10, "y": y, "fill": ChartStyle.ink], text: group)
      x += 28 + ChartStyle.width(of: group, size: ChartStyle.textSize)
    }
  }

  /// The line with its band, which is cut off where it leaves the frame.
  private func drawLine(_ svg: inout SVG, _ frame: ChartFrame) {
    guard line.count > 1 else { return }
    func place(_ x: Double, _ y: Double) -> String {
      "\(frame.x(x).svgText) \(min(max(frame.y(y), frame.top), frame.bottom).svgText)"
    }
    let (low, high) = (line.compactMap(\.low), line.compactMap(\.high))
    if low.count == line.count, high.count == line.count {
      let upper = zip(line, high).map { place($0.x, $1) }
      let lower = zip(line, low).map { place($0.x, $1) }.reversed()
      svg.element(
        "path", ["d": "M" + (upper + lower).joined(separator: "L") + "Z", "fill": ChartStyle.ink, "fill-opacity": 0.09])
    }
    let path = "M" + line.map { place($0.x, $0.y) }.joined(separator: "L")
    svg.element("path", ["d": path, "fill": "none", "stroke": ChartStyle.ink, "stroke-width": 1.5])
  }

  private func draw(_ svg: inout SVG, _ point: Point, number: Int, _ frame: ChartFrame) {
    let (x, y) = (frame.x(point.x), frame.y(point.y))
    var bars = ""
    if let error = point.standardErrorX {
      bars += "M\(frame.x(point.x - error).svgText) \(y.svgText)H\(frame.x(point.x + error).svgText)"
    }
    if let error = point.standardErrorY {
      bars += "M\(x.svgText) \(frame.y(point.y - error).svgText)V\(frame.y(point.y + error).svgText)"
    }
    if !bars.isEmpty { svg.element("path", ["d": bars, "stroke": color(point.group), "fill": "none"]) }
    let (xText, yText) = (NumberText.significant(point.x, digits: 4), NumberText.significant(point.y, digits: 4))
    mark(&svg, point.group, x: x, y: y, hint: "\(number): \(point.name): \(xTitle) \(xText), \(yTitle) \(yText)")
  }

  private func drawNumbers(_ svg: inout SVG, _ frame: ChartFrame) {
    var placement = LabelPlacement(area: frame.area)
    for point in points {
      let (x, y) = (frame.x(point.x), frame.y(point.y))
      let reach = Self.radius + 1
      placement.avoid(ChartBox(left: x - reach, right: x + reach, top: y - reach, bottom: y + reach))
    }
    svg.group(["font-size": ChartStyle.labelSize]) { svg in
      for (index, point) in points.enumerated() {
        let label = LabelPlacement.Label(
          text: "\(index + 1)", x: frame.x(point.x), y: frame.y(point.y), size: ChartStyle.labelSize)
        let place = placement.best(for: label)
        guard place.isFree else { continue }
        placement.avoid(place.box)
        svg.label(label, place, color: color(point.group))
      }
    }
  }

  private func color(_ group: String?) -> String {
    guard let place = group.flatMap({ groups.firstIndex(of: $0) }) else { return ChartStyle.ink }
    return ChartStyle.groups[place % ChartStyle.groups.count]
  }

  /// Groups differ in form as well as in colour.
  private func mark(_ svg: inout SVG, _ group: String?, x: Double, y: Double, hint: String) {
    let r = Self.radius
    let (left, top) = ((x - r).svgText, (y - r).svgText)
    let color = color(group)
    switch (group.flatMap { groups.firstIndex(of: $0) } ?? 0) % 4 {
    case 1:
      svg.element(
        "path", ["d": "M\(left) \(top)h\((2 * r).svgText)v\((2 * r).svgText)h\((-2 * r).svgText)Z", "fill": color],
        hint: hint)
    case 2:
      svg.element(
        "path", ["d": "M\(x.svgText) \(top)l\(r.svgText) \((2 * r).svgText)h\((-2 * r).svgText)Z", "fill": color],
        hint: hint)
    case 3:
      let step = (r * 1.2).svgText
      svg.element(
        "path",
        [
          "d": "M\(x.svgText) \((y - 1.2 * r).svgText)l\(step) \(step)l-\(step) \(step)l-\(step) -\(step)Z",
          "fill": color,
        ],
        hint: hint)
    default: svg.element("circle", ["cx": x, "cy": y, "r": r, "fill": color], hint: hint)
    }
  }
}
