extension ParetoFrontChart {
  /// Names of hybrids and, where there is room, of the members of the front.
  func drawLabels(_ svg: inout SVG, cost: Int, _ frame: ChartFrame) {
    var placement = LabelPlacement(area: frame.area)
    for point in points {
      let (x, y) = (frame.x(point.costs[cost]), frame.y(point.quality))
      let reach = point.hybrid != nil ? 6.5 : point.isOnFront ? 4.5 : 3.5
      placement.avoid(ChartBox(left: x - reach, right: x + reach, top: y - reach, bottom: y + reach))
      guard let error = point.standardError else { continue }
      let (top, bottom) = (frame.y(point.quality + error), frame.y(point.quality - error))
      placement.avoidLine(ChartBox(left: x - 3, right: x + 3, top: top, bottom: bottom), weight: 1)
    }
    for line in lines(cost: cost, frame) { placement.avoidLine(line, weight: 1) }
    let named = points.filter { $0.hybrid != nil } + points.filter { $0.hybrid == nil && $0.isOnFront }
    svg.group(["font-size": ChartStyle.labelSize]) { svg in
      for point in named {
        let (x, y) = (frame.x(point.costs[cost]), frame.y(point.quality))
        let label = LabelPlacement.Label(text: point.hybrid ?? point.name, x: x, y: y, size: ChartStyle.labelSize)
        let place = placement.best(for: label)
        guard point.hybrid != nil || place.isFree else { continue }
        placement.avoid(place.box)
        svg.label(label, place, color: point.hybrid == nil ? ChartStyle.front : ChartStyle.hybrid)
      }
    }
  }

  /// The pieces of the step line and of the constraint's line.
  private func lines(cost: Int, _ frame: ChartFrame) -> [ChartBox] {
    var boxes: [ChartBox] = []
    var previous: Point?
    for point in steps(cost: cost) {
      let (x, y) = (frame.x(point.costs[cost]), frame.y(point.quality))
      if let previous {
        let (left, level) = (frame.x(previous.costs[cost]), frame.y(previous.quality))
        boxes.append(ChartBox(left: left, right: x, top: level - 1, bottom: level + 1))
        boxes.append(ChartBox(left: x - 1, right: x + 1, top: min(y, level), bottom: max(y, level)))
      }
      previous = point
    }
    if let previous {
      let (x, y) = (frame.x(previous.costs[cost]), frame.y(previous.quality))
      boxes.append(ChartBox(left: x, right: frame.right, top: y - 1, bottom: y + 1))
    }
    if let limit = costs[cost].limit {
      let x = frame.x(limit)
      boxes.append(ChartBox(left: x - 1, right: x + 1, top: frame.top, bottom: frame.bottom))
    }
    return boxes
  }
}
