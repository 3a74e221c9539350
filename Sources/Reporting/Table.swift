import Text

/// Rows under named columns: as aligned text for people, as CSV and as JSON for programs.
public struct Table: Sendable {
  public struct Column: Sendable {
    /// The name in CSV and JSON.
    public let key: String
    /// The heading in text.
    public let title: String

    public init(_ key: String, _ title: String) { (self.key, self.title) = (key, title) }
  }

  public enum Cell: Sendable, Equatable {
    case nothing
    case text(String)
    case integer(Int)
    /// A number that text shows with so many decimals; CSV and JSON give all its digits.
    case number(Double, decimals: Int = 1)
    /// A number that text shows with so many significant digits; CSV and JSON give all its digits.
    case significant(Double, digits: Int = 4)
  }

  public let columns: [Column]
  public private(set) var rows: [[Cell]] = []

  public init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; missing cells at its end are empty.
  public mutating func add(_ cells: [Cell]) {
    rows.append(columns.indices.map { $0 < cells.count ? cells[$0] : .nothing })
  }

  /// Headings and rows with two spaces between columns, numbers to the right, no spaces at the ends of lines.
  public var text: String {
    let written = [columns.map(\.title)] + rows.map { $0.map(\.text) }
    let widths = columns.indices.map { column in written.map { $0[column].count }.max() ?? 0 }
    let isNumeric = columns.indices.map { column in rows.contains { $0[column].isNumber } }
    return written.map { row in
      let cells = columns.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumeric[column] ? padding + row[column] : row[column] + padding
      }
      let line = cells.joined(separator: "  ")
      return line.dropLast(line.reversed().prefix { $0 == " " }.count) + "\n"
    }.joined()
  }

  /// A line of keys and a line a row (RFC 4180, with line feeds).
  public var csv: String {
    ([columns.map { CSV.field($0.key) }] + rows.map { $0.map { CSV.field($0.plain) } })
      .map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// An object a row, with the columns' keys.
  public var json: JSONValue {
    .list(rows.map { row in .object(zip(columns, row).map { ($0.key, $1.json) }) })
  }
}

extension Table.Cell {
  var isNumber: Bool {
    switch self {
    case .integer, .number, .significant: true
    case .nothing, .text: false
    }
  }

  /// For people: digits in groups of three, one line.
  var text: String {
    switch self {
    case .nothing: ""
    case .text(let text): String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }).printable
    case .integer(let number): NumberText.grouped(number)
    case .number(let number, let decimals): NumberText.fixed(number, decimals: decimals)
    case .significant(let number, let digits): NumberText.significant(number, digits: digits)
    }
  }

  /// For programs.
  var plain: String {
    switch self {
    case .nothing: ""
    case .text(let text): text
    case .integer(let number): String(number)
    case .number(let number, _), .significant(let number, _): number.isFinite ? NumberText.exact(number) : ""
    }
  }

  public var json: JSONValue {
    switch self {
    case .nothing: .null
    case .text(let text): .text(text)
    case .integer(let number): .integer(number)
    case .number(let number, _), .significant(let number, _): .number(number)
    }
  }
}

/// Fields of comma-separated values.
public enum CSV {
  /// The field as it is, or in quotes if it has a comma, a quote, a line break or spaces at its ends.
  public static func field(_ text: String) -> String {
    let needsQuotes =
      text.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) } || text.first == " " || text.last == " "
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
