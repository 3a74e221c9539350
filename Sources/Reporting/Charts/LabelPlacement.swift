/// Finds places for labels beside their points where they cover little else.
struct LabelPlacement {
  struct Label {
    let text: String
    let x, y: Double
    let size: Double
  }

  struct Place {
    let box: ChartBox
    /// Whether it stands so far from its point that a line should lead there.
    let isFar: Bool
    /// The more, the more it covers and the farther it is.
    let cost: Double
  }

  private let area: ChartBox
  private var obstacles: [(box: ChartBox, weight: Double)] = []

  init(area: ChartBox) { self.area = area }

  /// Something that labels should not cover, the less the greater the weight.
  mutating func avoid(_ box: ChartBox, weight: Double) { obstacles.append((box, weight)) }

  /// The best place for a label.
  func best(for label: Label) -> Place {
    let (width, height) = (ChartStyle.width(of: label.text, size: label.size), label.size)
    var best: Place?
    for (ring, distance) in [9.0, 17, 28, 44].enumerated() {
      for (order, direction) in Self.directions.enumerated() {
        let (x, y) = (label.x + direction.x * distance, label.y + direction.y * distance)
        // Its near side is at the distance: to the right of the point it starts there, above it ends there.
        let left = direction.x > 0.1 ? x : direction.x < -0.1 ? x - width : x - width / 2
        let top = direction.y > 0.1 ? y : direction.y < -0.1 ? y - height : y - height / 2
        let box = ChartBox(left: left, right: left + width, top: top, bottom: top + height)
        let covered = obstacles.reduce(0) { $0 + $1.weight * $1.box.overlap(box) }
        let cost = covered + 20 * box.excess(beyond: area) + 12 * Double(ring) + Double(order)
        if cost < best?.cost ?? .infinity { best = Place(box: box, isFar: ring > 0, cost: cost) }
      }
    }
    let point = ChartBox(left: label.x, right: label.x, top: label.y, bottom: label.y)
    return best ?? Place(box: point, isFar: false, cost: .infinity)
  }

  private static let directions: [(x: Double, y: Double)] = [
    (1, 0), (-1, 0), (0, -1), (0, 1), (0.7, -0.7), (0.7, 0.7), (-0.7, -0.7), (-0.7, 0.7),
  ]
}
