import Text

/// What is wrong with the text of a layout, and where.
public struct NotationError: ReportedError, Equatable, Sendable {
  /// What was found and what is allowed, on one line.
  public let message: String
  /// Where, in Unicode scalars from the start of the text.
  public let offset: Int
  /// The same as a line and a column, counted from 1.
  public let line, column: Int
  /// Whether the text has more than one line, so that `line` says something.
  public let hasLines: Bool
  /// The line of the text with the place, and a caret under the place.
  public let excerpt: String

  init(_ message: String, at offset: Int, in text: [Unicode.Scalar]) {
    let place = min(offset, text.count)
    var (line, start) = (1, 0)
    for index in 0..<place where text[index].endsLine(before: index + 1 < text.count ? text[index + 1] : nil) {
      line += 1
      start = index + 1
    }
    var end = place
    while end < text.count, !text[end].isLineBreak { end += 1 }
    (self.message, self.offset, self.line, column) = (message, place, line, place - start + 1)
    hasLines = line > 1 || text[end...].contains { !$0.properties.isWhitespace }
    excerpt = Self.excerpt(text[start..<end], caret: place)
  }

  /// One line, or a window around the caret if it is long, with everything that would disturb a terminal replaced.
  private static func excerpt(_ line: ArraySlice<Unicode.Scalar>, caret: Int) -> String {
    let (before, after) = (60, 40)
    let window = max(line.startIndex, caret - before)..<min(line.endIndex, caret + after)
    let isCut = window.lowerBound > line.startIndex
    var shown = isCut ? "…" : ""
    shown.unicodeScalars.append(contentsOf: line[window].map(\.printable))
    if window.upperBound < line.endIndex { shown += "…" }
    return shown + "\n" + String(repeating: " ", count: caret - window.lowerBound + (isCut ? 1 : 0)) + "^"
  }
}

extension NotationError {
  public var fault: Fault { .commandLine }

  /// `column 8`, or `line 2, column 8`.
  public var place: String { hasLines ? "line \(line), column \(column)" : "column \(column)" }

  /// One line that says what is wrong, then the excerpt.
  public var description: String { "\(place): \(message)\n\(indentedExcerpt)" }

  /// The same for a file, e.g. `layout.txt, line 1, column 8: …`.
  public func description(in file: String) -> String {
    "\(file), line \(line), column \(column): \(message)\n\(indentedExcerpt)"
  }

  private var indentedExcerpt: String {
    excerpt.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
  }
}

extension Unicode.Scalar {
  var isLineBreak: Bool { self == "\n" || self == "\r" || self == "\u{2028}" || self == "\u{2029}" }

  /// A carriage return with a line feed after it ends no line of its own.
  fileprivate func endsLine(before next: Unicode.Scalar?) -> Bool {
    isLineBreak && !(self == "\r" && next == "\n")
  }

  /// Itself if it is sure to take one column of a terminal, else a space or a replacement character.
  var printable: Unicode.Scalar {
    if properties.isWhitespace { return " " }
    switch value {
    case 0x21...0x7E, 0xA1...0xAC, 0xAE...0x2FF, 0x370...0x377, 0x37A...0x37F, 0x384...0x482, 0x48A...0x52F,
      0x2010...0x2027, 0x2030...0x205E, 0x2070...0x209C, 0x2190...0x22FF:
      return self
    default: return "\u{FFFD}"
    }
  }
}

/// A piece of the text in quotes, short enough for a message.
func quoted(_ piece: some Collection<Unicode.Scalar>) -> String { "'\(clipped(piece))'" }

func clipped(_ piece: some Collection<Unicode.Scalar>) -> String {
  var shown = ""
  shown.unicodeScalars.append(contentsOf: piece.prefix(40).map(\.printable))
  return piece.count > 40 ? shown + "…" : shown
}
