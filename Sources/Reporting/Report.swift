import Text

/// A part of a report.
public enum ReportPart {
  /// Words for people, which end with a line feed.
  case words(String)
  /// A table: the words above it in text, and its key in JSON; without a key the JSON is the list of its rows.
  case table(String?, Table, words: String? = nil, in: Forms = .all)
  /// Names and values: for people a line each if they have titles, a member of the JSON object each.
  case facts([Fact])
  /// What a reader has to know before believing it: lines that begin with `note:`, and `notes` in JSON.
  case notes([String])
  /// Another report: its text, and an object in JSON.
  case report(String, any Report)
  /// A list of reports: their texts, and a list of objects in JSON.
  case reports(String, [any Report])
}

/// A name and its value, said once for text and JSON.
public struct Fact {
  /// The name in JSON.
  public let key: String
  /// The name in text; nil if it is for programs alone.
  public let title: String?
  public let cell: Cell
  /// What follows the value in text.
  public let unit: String

  public init(_ key: String, _ cell: Cell, _ title: String? = nil, unit: String = "") {
    (self.key, self.cell, self.title, self.unit) = (key, cell, title, unit)
  }

  /// What a column says of a row.
  public init<Row>(_ column: Column<Row>, of row: Row, unit: String = "") {
    let heading = column.heading
    self.init(heading.key, column.cell(row), heading.forms.contains(.text) ? heading.title : nil, unit: unit)
  }
}

/// What a command prints: its text, CSV and JSON come from one list of parts, so that they cannot drift.
public protocol Report {
  /// In their order.
  var parts: [ReportPart] { get }

  /// Why there is nothing for people to read; nil if there is.
  var shortfall: String? { get }

  /// The first table that CSV may show, or a row of the facts.
  var csv: String { get }
}

extension Report {
  public var shortfall: String? { nil }

  /// For people: the parts with an empty line between.
  public var text: String { parts.compactMap(\.text).joined(separator: "\n") }

  /// The first table that CSV may show, or a row of the facts.
  public var csv: String {
    for part in parts { if case .table(_, let table, _, let forms) = part, forms.contains(.csv) { return table.csv } }
    let facts = parts.flatMap { part -> [Fact] in if case .facts(let facts) = part { facts } else { [] } }
    return Table(facts.map { fact in Column<Void>(fact.key) { fact.cell } }, CollectionOfOne(())).csv
  }

  public var json: JSONValue {
    if case .table(nil, let table, _, _)? = parts.first(where: \.isWhole) { return table.json }
    return .object(parts.flatMap(\.members))
  }
}

extension Table: Report {
  public var parts: [ReportPart] { [.table(nil, self)] }
}

extension ReportPart {
  /// Whether it is a table that makes up all of the JSON.
  fileprivate var isWhole: Bool { if case .table(nil, _, _, let forms) = self { forms.contains(.json) } else { false } }

  fileprivate var text: String? {
    switch self {
    case .words(let words): return words
    case .table(_, let table, let words, let forms):
      return forms.contains(.text) ? (words.map { $0 + "\n\n" } ?? "") + table.text : nil
    case .facts(let facts):
      let width = facts.compactMap(\.title).map(\.count).max() ?? 0
      let lines = facts.compactMap { fact in
        fact.title.map { title in
          title + String(repeating: " ", count: width + 2 - title.count) + fact.cell.text + fact.unit + "\n"
        }
      }
      return lines.isEmpty ? nil : lines.joined()
    case .notes(let notes): return notes.isEmpty ? nil : notes.map { "note: \($0)\n" }.joined()
    case .report(_, let report):
      let text = report.text
      return text.isEmpty ? nil : text
    case .reports(_, let reports): return reports.isEmpty ? nil : reports.map(\.text).joined(separator: "\n")
    }
  }

  fileprivate var members: [(String, JSONValue)] {
    switch self {
    case .words: []
    case .table(let key, let table, _, let forms): forms.contains(.json) ? key.map { [($0, table.json)] } ?? [] : []
    case .facts(let facts): facts.map { ($0.key, $0.cell.json) }
    case .notes(let notes): [("notes", .list(notes.map(JSONValue.text)))]
    case .report(let key, let report): [(key, report.json)]
    case .reports(let key, let reports): [(key, .list(reports.map(\.json)))]
    }
  }
}
