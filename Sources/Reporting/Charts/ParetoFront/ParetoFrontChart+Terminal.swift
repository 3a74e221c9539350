extension ParetoFrontChart {
  private static let rows = 16
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

  /// The chart in characters, a plot for each cost: dominated candidates are dots, members of the front circles, known
  /// hybrids letters.
  /// - Parameters:
  ///   - width: of the terminal, in characters.
  ///   - isUnicode: Braille dots and lines, or ASCII.
  public func terminalText(width: Int, isUnicode: Bool, isColored: Bool) -> String {
    guard !points.isEmpty else { return "Nothing has been measured.\n" }
    let style = TerminalCanvas.Style(isUnicode: isUnicode, isColored: isColored)
    let plots = costs.indices.map { plot(cost: $0, width: width, style) }
    return plots.map(\.text).joined(separator: "\n") + "\n"
      + legend(width: width, style, hasOverlap: plots.contains(where: \.hasOverlap))
  }

  private var hybrids: [(letter: Character, point: Point)] {
    points.filter { $0.hybrid != nil }.enumerated().map { index, point in
      (index < Self.letters.count ? Self.letters[index] : "*", point)
    }
  }

  private func plot(
    cost: Int, width: Int, _ style: TerminalCanvas.Style
  ) -> (text: String, hasOverlap: Bool) {
    let (horizontal, vertical) = (costScale(cost), qualityScale)
    let rows = vertical.ticks(Self.rows / 3)
    let rowTexts = ChartScale.texts(rows, isShort: false)
    let gutter = (rowTexts.map(\.count).max() ?? 0) + 3
    let columns = max(width - gutter, 20)
    var canvas = TerminalCanvas(columns: columns, rows: Self.rows, style: style)
    func place(_ point: Point) -> (x: Double, y: Double) {
      (horizontal.share(point.costs[cost]), vertical.share(point.quality))
    }
    for point in points where !point.isOnFront && point.hybrid == nil {
      let (x, y) = place(point)
      canvas.dot(x, y, color: .faint)
    }
    for point in points where point.isOnFront && point.hybrid == nil {
      let (x, y) = place(point)
      canvas.mark(x, y, Self.frontMark(style), color: .blue)
    }
    var hasOverlap = false
    for (letter, point) in hybrids {
      let (x, y) = place(point)
      if let other = canvas.mark(x, y, letter, color: .yellow), other != Self.frontMark(style) {
        canvas.mark(x, y, "+", color: .yellow)
        hasOverlap = true
      }
    }
    let columnTicks = horizontal.ticks(columns / 12)
    let columnTexts = ChartScale.texts(columnTicks, isShort: true)
    let text =
      "\(qualityTitle) against \(costs[cost].title)\n"
      + canvas.text(
        vertical: zip(rows, rowTexts).map { (vertical.share($0), $1) },
        horizontal: zip(columnTicks, columnTexts).map { (horizontal.share($0), $1) })
    return (text, hasOverlap)
  }

  private static func frontMark(_ style: TerminalCanvas.Style) -> Character { style.isUnicode ? "●" : "o" }

  /// What the marks stand for, in as many lines as it takes.
  private func legend(width: Int, _ style: TerminalCanvas.Style, hasOverlap: Bool) -> String {
    let canvas = TerminalCanvas(columns: 1, rows: 1, style: style)
    var entries: [(mark: Character, color: TerminalCanvas.Color, text: String)] = []
    if points.contains(where: { $0.isOnFront && $0.hybrid == nil }) {
      entries.append((Self.frontMark(style), .blue, "front"))
    }
    if points.contains(where: { !$0.isOnFront && $0.hybrid == nil }) {
      entries.append((style.isUnicode ? "⠂" : ".", .faint, "dominated"))
    }
    entries += hybrids.map { letter, point in
      (letter, .yellow, (point.hybrid ?? "") + (point.isOnFront ? " (front)" : ""))
    }
    if hasOverlap { entries.append(("+", .yellow, "several hybrids")) }
    var (text, used) = ("", 0)
    for entry in entries {
      let length = entry.text.count + 2
      if used > 0 {
        let breaks = used + 3 + length > width
        text += breaks ? "\n" : "   "
        used = breaks ? 0 : used + 3
      }
      text += canvas.colored(String(entry.mark), entry.color) + " " + entry.text
      used += length
    }
    return text + "\n"
  }
}
