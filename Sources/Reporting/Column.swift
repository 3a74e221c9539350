/// The forms of a report.
public struct Forms: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Aligned text for people.
  public static let text = Forms(rawValue: 1)
  public static let csv = Forms(rawValue: 2)
  public static let json = Forms(rawValue: 4)
  public static let programs: Forms = [.csv, .json]
  public static let all: Forms = [.text, .csv, .json]
}

/// A column of a table: what it is called and what stands in it, said once for text, CSV and JSON.
public struct Column<Row> {
  public let heading: Table.Heading
  public let cell: (Row) -> Cell

  /// - Parameters:
  ///   - key: the name in CSV and JSON.
  ///   - title: the heading in text; the key unless given.
  ///   - forms: in which the column appears.
  public init(_ key: String, _ title: String? = nil, in forms: Forms = .all, _ cell: @escaping (Row) -> Cell) {
    heading = Table.Heading(key, title, in: forms)
    self.cell = cell
  }

  /// The column for rows that contain what it is about.
  public func of<Whole>(_ part: @escaping (Whole) -> Row) -> Column<Whole> {
    Column<Whole>(heading.key, heading.title, in: heading.forms) { cell(part($0)) }
  }
}

extension Array {
  /// The columns, in text only those with some keys.
  public func showing<Row>(_ keys: String...) -> [Column<Row>] where Element == Column<Row> {
    map { column in
      let forms = column.heading.forms.subtracting(.text).union(keys.contains(column.heading.key) ? .text : [])
      return Column(column.heading.key, column.heading.title, in: forms, column.cell)
    }
  }
}

/// Groups of columns in a row; easier for the compiler than a chain of `+`.
public func columns<Row>(_ groups: [Column<Row>]...) -> [Column<Row>] { groups.flatMap { $0 } }
