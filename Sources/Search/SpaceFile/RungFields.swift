import Configuration
import Text

extension Rung {
  private static let count = 1...16

  /// A rung while it is read: one of which something is wrong has no entry.
  private struct Draft: Sendable {
    var entry: (any RungEntry)?
    var promote: Double?
  }

  /// Rungs from cheap to dear.
  static func list(_ formats: RungFormats) -> FieldKind<[Rung]> {
    FieldKind(
      schema: [
        .init("type", "array"), .init("minItems", .integer(count.lowerBound)),
        .init("maxItems", .integer(count.upperBound)), .init("items", .object(table(formats, after: []).schema)),
      ], showsDefault: false, read: { read($0, formats, &$1) }, write: { .list($0.map(\.json)) })
  }

  private static func read(_ place: JSONPlace, _ formats: RungFormats, _ problems: inout Problems) -> [Rung]? {
    guard !formats.entries.isEmpty, let places = place.list(of: "rungs", count: count, &problems) else { return nil }
    var rungs: [Rung] = []
    for (index, place) in places.enumerated() {
      guard let draft = table(formats, after: rungs.map(\.entry)).read(place, &problems) else { continue }
      let isLast = index == places.count - 1
      if isLast, draft.promote != nil { problems.add("\(place.path).promote", "no rung comes after this one") }
      if !isLast, !place.has("promote") {
        problems.add(
          place.path, "the key 'promote' is missing: the share of the candidates that goes on to the next rung")
      }
      guard let entry = draft.entry else { continue }
      let (own, before) = (type(of: entry), rungs.last.map { type(of: $0.entry) })
      if let before, before.degree > own.degree {
        problems.add(place.path, "rungs go from cheap to dear: \(own.key) must come before \(before.key)")
      }
      rungs.append(Rung(entry, promote: isLast ? nil : draft.promote))
    }
    return rungs
  }

  private static func table(_ formats: RungFormats, after before: [any RungEntry]) -> FieldTable<Draft> {
    let promote = Field<Draft>(
      "promote", \.promote, .number(above: 0, through: 1),
      "The share of the candidates that goes on to the next rung; not after the last.")
    return FieldTable(
      Draft(), formats.entries.map { field($0, after: before) } + [promote],
      choices: [.init(.exactlyOne, of: formats.entries.map { $0.key }, for: "a rung")])
  }

  private static func field<Entry: RungEntry>(_: Entry.Type, after before: [any RungEntry]) -> Field<Draft> {
    Field(
      Entry.key, .object(Entry.fields(after: before)), Entry.summary, get: { $0.entry as? Entry },
      set: { $0.entry = $1 })
  }

  private var json: JSONValue {
    let formats = RungFormats([type(of: entry)], standard: [])
    return Self.table(formats, after: []).json(of: Draft(entry: entry, promote: promote))
  }
}

extension JSONPlace {
  fileprivate func has(_ key: String) -> Bool {
    if case .object(let members) = value { members.contains { $0.key == key } } else { false }
  }
}
