import Text

extension LineChart {
  private static let width = 660.0
  private static let plotHeight = 380.0
  private static let lineHeight = 18.0

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
    y = drawLegend(&svg, y: y)
    let top = y + 16
    let height = top + Self.plotHeight + 54
    let places = series.flatMap(\.places)
    let frame = ChartFrame(
      left: 76, right: Self.width - 20, top: top, bottom: height - 54,
      horizontal: isLogarithmic ? .logarithmic(places.map(\.x)) : .linear(places.map(\.x)),
      vertical: .linear(places.map(\.y)), horizontalTitle: xTitle, verticalTitle: yTitle)
    frame.draw(&svg)
    for (index, series) in series.enumerated() { draw(&svg, series, color: Self.color(index), frame) }
    return svg.document(width: Self.width, height: height, title: title)
  }

  private static func color(_ index: Int) -> String { ChartStyle.groups[index % ChartStyle.groups.count] }

  /// In as many lines as it takes.
  /// - Returns: where it ends.
  private func drawLegend(_ svg: inout SVG, y start: Double) -> Double {
    guard series.count > 1 else { return start }
    var (x, y) = (22.0, start + Self.lineHeight)
    for (index, series) in series.enumerated() {
      let length = 28 + ChartStyle.width(of: series.name, size: ChartStyle.textSize)
      if x + length > Self.width, x > 22 { (x, y) = (22, y + Self.lineHeight) }
      svg.element("circle", ["cx": x, "cy": y - 4, "r": 3.5, "fill": Self.color(index)])
      svg.element("text", ["x": x + 10, "y": y, "fill": ChartStyle.ink], text: series.name)
      x += length
    }
    return y
  }

  private func draw(_ svg: inout SVG, _ series: Series, color: String, _ frame: ChartFrame) {
    if series.line.count > 1 {
      let path = series.line.map { "\(frame.x($0.x).svgText) \(frame.y($0.y).svgText)" }.joined(separator: "L")
      svg.element("path", ["d": "M" + path, "fill": "none", "stroke": color, "stroke-width": 1.5])
    }
    for place in series.points {
      svg.element(
        "circle", ["cx": frame.x(place.x), "cy": frame.y(place.y), "r": 3, "fill": color], hint: hint(series, place))
    }
    guard let place = series.marked else { return }
    let (x, y) = (frame.x(place.x), frame.y(place.y))
    svg.element(
      "path",
      [
        "d": "M\(x.svgText) \((y - 6).svgText)l6 6l-6 6l-6 -6Z", "fill": "#ffffff", "stroke": color,
        "stroke-width": 1.8,
      ], hint: hint(series, place))
  }

  private func hint(_ series: Series, _ place: Place) -> String {
    let (x, y) = (NumberText.significant(place.x, digits: 4), NumberText.significant(place.y, digits: 4))
    return "\(series.name): \(xTitle) \(x), \(yTitle) \(y)"
  }
}
