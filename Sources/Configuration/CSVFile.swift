import SwiftCSV

/// A file of comma-separated values that somebody wrote (RFC 4180): a line of names, then rows. Semicolons and tabs
/// separate as well, if the first line has them before a comma.
public struct CSVFile: Sendable {
  public struct Row: Sendable {
    /// From 1, where the row begins.
    public let line: Int
    public let cells: [String]
  }

  public let names: [String]
  /// Without those whose cells are all empty; each has as many cells as there are names.
  public let rows: [Row]

  /// - Throws: `ConfigurationErrors`, with a line for a path.
  public init(parsing text: String) throws(ConfigurationErrors) {
    var problems = Problems()
    var rows = Self.rows(text, &problems)
    try problems.check()
    guard !rows.isEmpty else {
      throw ConfigurationErrors([.init(path: "line 1", reason: "a line with the names of the columns is expected")])
    }
    names = rows.removeFirst().cells.map(Self.trimmed)
    for row in rows where row.cells.count != names.count {
      problems.add(
        "line \(row.line)", "\(names.count) cells are expected, as in the first line, found \(row.cells.count)")
    }
    try problems.check()
    self.rows = rows
  }

  private static func rows(_ text: String, _ problems: inout Problems) -> [Row] {
    let parsed = Rows()
    do {
      // The parser takes a last cell that is empty for none, unless its line ends.
      let csv = try EnumeratedCSV(
        string: text + "\n", delimiter: .guessed(string: text), loadColumns: false, rowLimit: 0)
      try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { parsed.add($0) }
      // It also takes the end of the file for the quote that is missing.
      if !text.count(where: { $0 == "\"" }).isMultiple(of: 2) {
        problems.add("line \(parsed.lastLine)", "a quote is opened and not closed")
      }
    } catch {
      problems.add(
        "line \(parsed.line)",
        "a quote stands inside a cell; such a cell has to be in quotes, and the quotes in it have to be doubled")
    }
    return parsed.rows
  }

  /// The index of a column.
  /// - Parameter suggestion: what to say about the name, given those that there are.
  /// - Returns: nil, with a problem noted, if there is none or more than one.
  public func column(
    _ name: String, suggesting suggestion: (String, [String]) -> String, _ problems: inout Problems
  ) -> Int? {
    let places = names.indices.filter { names[$0] == name }
    if places.isEmpty {
      problems.add("line 1", "there is no column '\(name)'\(suggestion(name, names))")
    } else if places.count > 1 {
      problems.add("line 1", "there are \(places.count) columns '\(name)'")
    }
    return places.count == 1 ? places[0] : nil
  }

  /// The numbers of a column.
  /// - Parameter isPositive: whether all have to be above zero.
  /// - Returns: nil, with the problems noted, if cells are anything else.
  public func numbers(in column: Int, positive isPositive: Bool, _ problems: inout Problems) -> [Double]? {
    var numbers: [Double] = []
    for row in rows {
      let cell = Self.trimmed(row.cells[column])
      if let number = Double(cell), number.isFinite, !isPositive || number > 0 {
        numbers.append(number)
      } else {
        problems.add(
          "line \(row.line), column '\(names[column])'",
          "it must be a \(isPositive ? "positive number" : "number"), found \(cell.isEmpty ? "nothing" : "'\(cell)'")")
      }
    }
    return numbers.count == rows.count ? numbers : nil
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}

/// Collects the rows of a file as the parser calls back, and counts its lines.
private final class Rows {
  private(set) var rows: [CSVFile.Row] = []
  /// Where the next row begins, and the last one began.
  private(set) var line = 1, lastLine = 1

  func add(_ cells: [String]) {
    if cells.contains(where: { !$0.isEmpty }) { rows.append(.init(line: line, cells: cells)) }
    lastLine = line
    line += 1 + cells.reduce(0) { $0 + $1.count(where: \.isNewline) }
  }
}
