/// A plot in characters: dots of an eighth of a character where the terminal has them, marks, and two axes.
struct TerminalCanvas {
  enum Color: Int, Sendable {
    case faint = 2
    case yellow = 33
    case blue = 34
  }

  struct Style: Sendable {
    /// Braille dots and lines, or ASCII.
    let isUnicode: Bool
    let isColored: Bool
  }

  private struct Cell {
    var dots: UInt32 = 0
    var mark: Character?
    var color: Color?
  }

  private let columns, rows: Int
  private let style: Style
  private var cells: [Cell]

  /// - Parameters: of the area of the data, in characters; at least one.
  init(columns: Int, rows: Int, style: Style) {
    (self.columns, self.rows, self.style) = (max(columns, 1), max(rows, 1), style)
    cells = Array(repeating: Cell(), count: self.columns * self.rows)
  }

  /// Bits of the dots of a Braille character, by row and column (Unicode, U+2800).
  private static let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  /// Adds a dot at shares of the width, from the left, and of the height, from below.
  mutating func dot(_ x: Double, _ y: Double, color: Color) {
    let column = Self.place(x, of: 2 * columns)
    let row = Self.place(1 - y, of: 4 * rows)
    let index = row / 4 * columns + column / 2
    cells[index].dots |= Self.bits[row % 4][column % 2]
    if cells[index].mark == nil { cells[index].color = color }
  }

  /// Puts a character there.
  /// - Returns: the mark that it replaces.
  @discardableResult
  mutating func mark(_ x: Double, _ y: Double, _ mark: Character, color: Color) -> Character? {
    let index = Self.place(1 - y, of: rows) * columns + Self.place(x, of: columns)
    let previous = cells[index].mark
    (cells[index].mark, cells[index].color) = (mark, color)
    return previous
  }

  private static func place(_ share: Double, of count: Int) -> Int {
    guard share.isFinite else { return 0 }
    return Int((min(max(share, 0), 1) * Double(count)).rounded(.down)).clamped(below: count)
  }

  /// The plot with its axes; ticks are at shares of the height and the width.
  func text(
    vertical: [(share: Double, text: String)], horizontal: [(share: Double, text: String)]
  ) -> String {
    let gutter = vertical.map(\.text.count).max() ?? 0
    let marks = Dictionary(
      vertical.map { (Self.place(1 - $0.share, of: rows), $0.text) }, uniquingKeysWith: { first, _ in first })
    let (line, tick, corner, dash) = style.isUnicode ? ("│", "┤", "└", "─") : ("|", "+", "+", "-")
    var text = ""
    for row in 0..<rows {
      let label = marks[row] ?? ""
      text += String(repeating: " ", count: gutter - label.count) + label + " " + (marks[row] == nil ? line : tick)
      text += self.text(row: row) + "\n"
    }
    var (axis, labels) = (Array(repeating: dash, count: columns), Array(repeating: Character(" "), count: columns + 1))
    var free = 0
    for (share, label) in horizontal {
      let column = Self.place(share, of: columns)
      let start = max(0, min(column - label.count / 2, columns + 1 - label.count))
      guard start >= free, label.count <= columns else { continue }
      axis[column] = style.isUnicode ? "┬" : "+"
      labels.replaceSubrange(start..<(start + label.count), with: label)
      free = start + label.count + 1
    }
    let indent = String(repeating: " ", count: gutter + 1)
    return text + indent + corner + axis.joined() + "\n" + indent + " " + String(labels).trimmedEnd + "\n"
  }

  private func text(row: Int) -> String {
    let cells = cells[(row * columns)..<((row + 1) * columns)]
    let end = cells.lastIndex { $0.mark != nil || $0.dots != 0 }.map { $0 + 1 } ?? cells.startIndex
    return cells[..<end].map { cell in
      let dots: Character =
        style.isUnicode ? Unicode.Scalar(0x2800 + cell.dots).map(Character.init) ?? "." : "."
      let character = cell.mark ?? (cell.dots == 0 ? " " : dots)
      return character == " " ? " " : colored(String(character), cell.color)
    }.joined()
  }

  func colored(_ text: String, _ color: Color?) -> String {
    guard style.isColored, let color else { return text }
    return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
  }
}

extension Int {
  fileprivate func clamped(below bound: Int) -> Int { Swift.min(self, bound - 1) }
}

extension String {
  fileprivate var trimmedEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
