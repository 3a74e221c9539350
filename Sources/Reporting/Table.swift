import Text

/// Rows under named columns: as aligned text for people, as CSV and as JSON for programs.
public struct Table: Sendable {
  public struct Heading: Sendable, Equatable {
    /// The name in CSV and JSON.
    public let key: String
    /// The heading in text.
    public let title: String
    public let forms: Forms

    public init(_ key: String, _ title: String? = nil, in forms: Forms = .all) {
      (self.key, self.title, self.forms) = (key, title ?? key, forms)
    }
  }

  public let headings: [Heading]
  public private(set) var rows: [[Cell]] = []

  public init<Row>(_ columns: [Column<Row>], _ rows: some Sequence<Row>) {
    headings = columns.map(\.heading)
    self.rows = rows.map { row in columns.map { $0.cell(row) } }
  }

  /// An empty table, to which rows of cells are added.
  public init(_ headings: [Heading]) { self.headings = headings }

  /// Adds a row; missing cells at its end are empty.
  public mutating func add(_ cells: [Cell]) {
    rows.append(headings.indices.map { $0 < cells.count ? cells[$0] : .nothing })
  }

  private func places(_ form: Forms) -> [Int] { headings.indices.filter { headings[$0].forms.contains(form) } }

  /// Headings and rows with two spaces between columns, numbers to the right, no spaces at the ends of lines.
  public var text: String {
    let places = places(.text)
    let written =
      [places.map { headings[$0].title }] + rows.map { row in places.map { row[$0].text } }
    let widths = places.indices.map { column in written.map { $0[column].count }.max() ?? 0 }
    let isNumeric = places.map { place in rows.contains { $0[place].isNumber } }
    return written.map { row in
      let cells = places.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumeric[column] ? padding + row[column] : row[column] + padding
      }
      let line = cells.joined(separator: "  ")
      return line.dropLast(line.reversed().prefix { $0 == " " }.count) + "\n"
    }.joined()
  }

  /// A line of keys and a line a row (RFC 4180, with line feeds).
  public var csv: String {
    let places = places(.csv)
    return ([places.map { headings[$0].key }] + rows.map { row in places.map { row[$0].csv } })
      .map { $0.map(CSV.field).joined(separator: ",") + "\n" }.joined()
  }

  /// An object a row, with the columns' keys.
  public var json: JSONValue {
    let places = places(.json)
    return .list(rows.map { row in .object(places.map { (headings[$0].key, row[$0].json) }) })
  }
}
