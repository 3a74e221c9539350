/// A rectangle with two axes, in which data are drawn.
struct ChartFrame: Sendable {
  /// The edges of the area of the data; `top` is above `bottom`.
  let left, right, top, bottom: Double
  let horizontal, vertical: ChartScale
  let horizontalTitle, verticalTitle: String

  func x(_ value: Double) -> Double { left + horizontal.share(value) * (right - left) }

  func y(_ value: Double) -> Double { bottom - vertical.share(value) * (bottom - top) }

  var area: ChartBox { ChartBox(left: left, right: right, top: top, bottom: bottom) }

  /// Draws grid, axes, ticks and titles.
  func draw(_ svg: inout SVG) {
    let columns = horizontal.ticks(6)
    let rows = vertical.ticks(6)
    svg.group(["stroke": ChartStyle.faint, "stroke-width": 1]) { svg in
      for tick in columns { svg.element("line", ["x1": x(tick), "x2": x(tick), "y1": top, "y2": bottom]) }
      for tick in rows { svg.element("line", ["x1": left, "x2": right, "y1": y(tick), "y2": y(tick)]) }
    }
    svg.group(["stroke": ChartStyle.ink, "stroke-width": 1]) { svg in
      svg.element("line", ["x1": left, "x2": right, "y1": bottom, "y2": bottom])
      svg.element("line", ["x1": left, "x2": left, "y1": top, "y2": bottom])
      for tick in columns { svg.element("line", ["x1": x(tick), "x2": x(tick), "y1": bottom, "y2": bottom + 4]) }
      for tick in rows { svg.element("line", ["x1": left - 4, "x2": left, "y1": y(tick), "y2": y(tick)]) }
    }
    let (columnTexts, rowTexts) = (
      ChartScale.texts(columns, isShort: true), ChartScale.texts(rows, isShort: false)
    )
    svg.group(["fill": ChartStyle.ink, "font-size": ChartStyle.textSize]) { svg in
      for (tick, text) in zip(columns, columnTexts) {
        svg.element("text", ["x": x(tick), "y": bottom + 18, "text-anchor": "middle"], text: text)
      }
      for (tick, text) in zip(rows, rowTexts) {
        svg.element("text", ["x": left - 8, "y": y(tick) + 4, "text-anchor": "end"], text: text)
      }
      svg.element(
        "text", ["x": (left + right) / 2, "y": bottom + 38, "text-anchor": "middle"], text: horizontalTitle)
      let middle = (top + bottom) / 2
      let turn = "rotate(-90 \((left - 50).svgText) \(middle.svgText))"
      svg.element(
        "text", ["x": left - 50, "y": middle, "text-anchor": "middle", "transform": turn], text: verticalTitle)
    }
  }
}

/// A rectangle of a drawing; `top` is above `bottom`.
struct ChartBox: Sendable {
  var left, right, top, bottom: Double

  func overlap(_ other: ChartBox) -> Double {
    let (width, height) = (
      min(right, other.right) - max(left, other.left), min(bottom, other.bottom) - max(top, other.top)
    )
    return width > 0 && height > 0 ? width * height : 0
  }

  func grown(by gap: Double) -> ChartBox {
    ChartBox(left: left - gap, right: right + gap, top: top - gap, bottom: bottom + gap)
  }

  func contains(_ x: Double, _ y: Double) -> Bool { x > left && x < right && y > top && y < bottom }

  /// The part of the box that lies outside another.
  func excess(beyond other: ChartBox) -> Double { (right - left) * (bottom - top) - overlap(other) }
}
