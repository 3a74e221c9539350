/// Finds places for labels beside their points where they touch nothing, or else where they cover least.
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
    /// Whether it touches no mark and no other label.
    let isFree: Bool
  }

  /// What labels keep from marks and from each other.
  private static let gap = 2.0

  private let area: ChartBox
  /// Marks and labels, which no label should touch.
  private var marks: [ChartBox] = []
  /// Lines and bars, which a label may cross if need be.
  private var lines: [(box: ChartBox, weight: Double)] = []

  init(area: ChartBox) { self.area = area }

  /// A mark or a label.
  mutating func avoid(_ box: ChartBox) { marks.append(box) }

  /// A line, which matters the less the smaller the weight.
  mutating func avoidLine(_ box: ChartBox, weight: Double) { lines.append((box, weight)) }

  /// The best place for a label: near its point, on nothing, and nearer to its own mark than to others unless a line
  /// leads there.
  func best(for label: Label) -> Place {
    let (width, height) = (ChartStyle.width(of: label.text, size: label.size), label.size)
    var best: (place: Place, cost: Double)?
    for (ring, distance) in [9.0, 15, 22, 31, 42, 55, 70, 88].enumerated() {
      for (order, direction) in Self.directions.enumerated() {
        let (x, y) = (label.x + direction.x * distance, label.y + direction.y * distance)
        // Its near side is at the distance: to the right of the point it starts there, above it ends there.
        let left = direction.x > 0.1 ? x : direction.x < -0.1 ? x - width : x - width / 2
        let top = direction.y > 0.1 ? y : direction.y < -0.1 ? y - height : y - height / 2
        let box = ChartBox(left: left, right: left + width, top: top, bottom: top + height)
        let touched = marks.count { $0.overlap(box.grown(by: Self.gap)) > 0 }
        let crossed = lines.reduce(0) { $0 + ($1.box.overlap(box) > 0 ? 6 * $1.weight : 0) }
        let misread = ring == 0 ? 0 : marks.count { crosses(label, box, $0) }
        let cost =
          Double(400 * touched + 60 * misread) + crossed + 20 * box.excess(beyond: area) + 9 * Double(ring)
          + Double(order) / 2
        if cost < best?.cost ?? .infinity { best = (Place(box: box, isFar: ring > 0, isFree: touched == 0), cost) }
      }
    }
    let point = ChartBox(left: label.x, right: label.x, top: label.y, bottom: label.y)
    return best?.place ?? Place(box: point, isFar: false, isFree: false)
  }

  /// Where a line from the point of a label ends at its box.
  static func end(of label: Label, _ box: ChartBox) -> (x: Double, y: Double) {
    (min(max(label.x, box.left), box.right), min(max(label.y, box.top), box.bottom))
  }

  /// Whether the line to a label passes over a mark other than its own.
  private func crosses(_ label: Label, _ box: ChartBox, _ mark: ChartBox) -> Bool {
    if mark.contains(label.x, label.y) { return false }
    let end = Self.end(of: label, box)
    return (1...12).contains { step in
      let share = Double(step) / 12
      return mark.contains(label.x + share * (end.x - label.x), label.y + share * (end.y - label.y))
    }
  }

  private static let directions: [(x: Double, y: Double)] = [
    (1, 0), (-1, 0), (0, -1), (0, 1), (0.7, -0.7), (0.7, 0.7), (-0.7, -0.7), (-0.7, 0.7), (0.9, -0.4), (0.9, 0.4),
    (-0.9, -0.4), (-0.9, 0.4), (0.4, -0.9), (0.4, 0.9), (-0.4, -0.9), (-0.4, 0.9),
  ]
}
