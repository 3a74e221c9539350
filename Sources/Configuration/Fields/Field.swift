import Text

/// A key of a JSON object that people write: what it means, what it may be, and where the value is kept.
public struct Field<Root>: Sendable {
  public let key: String
  public let summary: String
  public let isRequired: Bool
  /// The keywords of JSON Schema for the value, without description and default.
  let schema: [JSONValue.Member]
  let showsDefault: Bool
  let read: @Sendable (JSONPlace, inout Root, inout Problems) -> Void
  /// The value as JSON; nil where there is none.
  public let write: @Sendable (Root) -> JSONValue?

  /// A value that is kept as the two functions say.
  /// - Parameter get: returns nil where there is no value.
  public init<Value>(
    _ key: String, _ kind: FieldKind<Value>, isRequired: Bool = false, _ summary: String,
    get: @escaping @Sendable (Root) -> Value?, set: @escaping @Sendable (inout Root, Value) -> Void
  ) {
    (self.key, self.summary, self.isRequired) = (key, summary, isRequired)
    (schema, showsDefault) = (kind.schema, kind.showsDefault && !isRequired)
    read = { place, root, problems in
      if let value = kind.read(place, &problems) { set(&root, value) }
    }
    write = { get($0).map(kind.write) }
  }

  /// A value that always is there; unless given, that of the table's initial value.
  public init<Value>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ kind: FieldKind<Value>,
    isRequired: Bool = false, _ summary: String
  ) {
    self.init(
      key, kind, isRequired: isRequired, summary, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  /// A value that may be missing.
  public init<Value>(
    _ key: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ kind: FieldKind<Value>, _ summary: String
  ) {
    self.init(key, kind, summary, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  /// The name of a schema, for editors; it is not kept.
  public static var schemaName: Self {
    Self("$schema", .text, "The schema that editors check this file against.", get: { _ in nil }, set: { _, _ in })
  }
}
