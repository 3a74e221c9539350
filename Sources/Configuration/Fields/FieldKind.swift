import Text

/// How values of a type stand in JSON: said once, and walked as reader, as JSON Schema and as writer.
public struct FieldKind<Value>: Sendable {
  /// Returns nil only if it notes problems.
  public let read: @Sendable (JSONPlace, inout Problems) -> Value?
  public let write: @Sendable (Value) -> JSONValue
  /// The keywords of JSON Schema, without description and default.
  public let schema: [JSONValue.Member]
  /// Whether a schema names the value that holds unless another is given.
  var showsDefault = true

  /// For what the other ones do not cover.
  /// - Parameters:
  ///   - schema: the keywords of JSON Schema, without description and default.
  ///   - read: returns nil only if it notes problems.
  public init(
    schema: [JSONValue.Member], showsDefault: Bool = true,
    read: @escaping @Sendable (JSONPlace, inout Problems) -> Value?,
    write: @escaping @Sendable (Value) -> JSONValue
  ) {
    (self.schema, self.showsDefault, self.read, self.write) = (schema, showsDefault, read, write)
  }

  /// The same values as another type.
  public func map<Other>(
    _ wrap: @escaping @Sendable (Value) -> Other, _ unwrap: @escaping @Sendable (Other) -> Value
  ) -> FieldKind<Other> {
    let (read, write) = (read, write)
    return FieldKind<Other>(
      schema: schema, showsDefault: showsDefault, read: { read($0, &$1).map(wrap) }, write: { write(unwrap($0)) })
  }

  /// The same values, each checked after it is read.
  public func checked(_ check: @escaping @Sendable (Value, JSONPlace, inout Problems) -> Void) -> Self {
    let read = read
    return Self(
      schema: schema, showsDefault: showsDefault,
      read: { place, problems in
        let value = read(place, &problems)
        if let value { check(value, place, &problems) }
        return value
      }, write: write)
  }

  /// The same with more keywords in the schema.
  public func schema(adding members: [JSONValue.Member]) -> Self {
    Self(schema: schema + members, showsDefault: showsDefault, read: read, write: write)
  }

  /// The same, or null for none.
  public var orNull: FieldKind<Value?> {
    let (read, write) = (read, write)
    return FieldKind<Value?>(
      schema: [.init("anyOf", [.object(schema), ["type": "null"]])],
      read: { place, problems in
        if case .null = place.value { return .some(nil) }
        return read(place, &problems).map(Optional.some)
      }, write: { $0.map(write) ?? .null })
  }
}

// MARK: Numbers

extension FieldKind where Value == Int {
  public static func integer(in range: ClosedRange<Int>) -> Self {
    Self(
      schema: [.init("type", "integer"), .init("minimum", .integer(range.lowerBound))]
        + (range.upperBound == .max ? [] : [.init("maximum", .integer(range.upperBound))]),
      read: { $0.integer(in: range, &$1) }, write: JSONValue.integer)
  }
}

extension FieldKind where Value == Double {
  public static func number(in range: ClosedRange<Double>) -> Self {
    Self(
      schema: [
        .init("type", "number"), .init("minimum", .init(range.lowerBound)), .init("maximum", .init(range.upperBound)),
      ],
      read: { $0.number(in: range, &$1) }, write: JSONValue.init(_:))
  }

  /// A number above a bound that it must not reach.
  public static func number(above bound: Double, through most: Double) -> Self {
    Self(
      schema: [
        .init("type", "number"), .init("exclusiveMinimum", .init(bound)), .init("maximum", .init(most)),
      ],
      read: { $0.number(above: bound, through: most, &$1) }, write: JSONValue.init(_:))
  }
}

extension FieldKind where Value == JSONValue {
  /// Anything.
  public static var any: Self { Self(schema: [], read: { place, _ in place.value }, write: { $0 }) }
}

extension FieldKind where Value == Bool {
  public static var flag: Self {
    Self(
      schema: [.init("type", "boolean")],
      read: { place, problems in
        if case .flag(let flag) = place.value { return flag }
        place.expected("true or false", &problems)
        return nil
      }, write: JSONValue.flag)
  }
}

// MARK: Texts

extension FieldKind where Value == String {
  /// Any text.
  public static var text: Self {
    Self(schema: [.init("type", "string")], read: { $0.text(&$1) }, write: JSONValue.text)
  }

  /// A text of a certain form.
  /// - Parameters:
  ///   - form: in words, e.g. `a name of letters`.
  ///   - pattern: the same as a regular expression for the schema.
  public static func text(
    of form: String, pattern: String, where isAllowed: @escaping @Sendable (String) -> Bool
  ) -> Self {
    Self(
      schema: [.init("type", "string"), .init("pattern", .text(pattern))],
      read: { place, problems in
        guard let text = place.text(&problems) else { return nil }
        if isAllowed(text) { return text }
        place.expected(form, &problems)
        return nil
      }, write: JSONValue.text)
  }

  /// One of some words; the nearest is suggested otherwise.
  public static func word(of words: [String]) -> Self {
    Self(
      schema: [.init("enum", .list(words.map(JSONValue.text)))],
      read: { $0.word(of: words, &$1) }, write: JSONValue.text)
  }

  /// One of some words, or the name of a file.
  /// - Parameter ending: of the file's name, e.g. `.json`.
  public static func word(of words: [String], orFile ending: String) -> Self {
    Self(
      schema: [
        .init(
          "anyOf",
          [
            ["enum": .list(words.map(JSONValue.text))],
            ["type": "string", "pattern": .text("\\" + ending + "$")],
          ])
      ],
      read: { place, problems in
        guard let name = place.text(&problems) else { return nil }
        if words.contains(name) || name.hasSuffix(ending) { return name }
        problems.add(
          place.path,
          "it must be one of \(words.joined(separator: ", ")) or the name of a \(ending) file, found '\(name)'"
            + suggestion(for: name, among: words))
        return nil
      }, write: JSONValue.text)
  }
}

extension FieldKind where Value: RawRepresentable<String> & CaseIterable & SendableMetatype {
  /// One of the cases; the nearest is suggested otherwise.
  public static var word: Self {
    let words = Value.allCases.map(\.rawValue)
    return Self(
      schema: [.init("enum", .list(words.map(JSONValue.text)))],
      read: { $0.word(of: words, &$1).flatMap(Value.init(rawValue:)) }, write: { .text($0.rawValue) })
  }
}

// MARK: Lists and objects

extension FieldKind {
  /// A list.
  /// - Parameters:
  ///   - what: the elements, in words.
  ///   - isSet: whether no element may come twice.
  ///   - following: checks an element against those before it.
  public static func list<Element>(
    of what: String, _ element: FieldKind<Element>, count: ClosedRange<Int>, isSet: Bool = false,
    following: @escaping @Sendable (Element, [Element], JSONPlace, inout Problems) -> Void = { _, _, _, _ in }
  ) -> Self where Value == [Element] {
    var schema: [JSONValue.Member] = [.init("type", "array")]
    if count.lowerBound > 0 { schema.append(.init("minItems", .integer(count.lowerBound))) }
    if count.upperBound < .max { schema.append(.init("maxItems", .integer(count.upperBound))) }
    if isSet { schema.append(.init("uniqueItems", true)) }
    return Self(
      schema: schema + [.init("items", .object(element.schema))],
      read: { place, problems in
        guard let places = place.list(of: what, count: count, &problems) else { return nil }
        var values: [(value: Element, json: JSONValue)] = []
        for place in places {
          guard let value = element.read(place, &problems) else { continue }
          if isSet, values.contains(where: { $0.json == place.value }) {
            problems.add(place.path, "\(place.value.summary) is given twice")
          }
          following(value, values.map(\.value), place, &problems)
          values.append((value, place.value))
        }
        return values.map(\.value)
      }, write: { .list($0.map(element.write)) })
  }

  /// An object of any keys, in the order in which they are written.
  /// - Parameters:
  ///   - what: the values, in words.
  ///   - names: the form of the keys as a regular expression for the schema.
  public static func members<Element>(
    of what: String, _ element: FieldKind<Element>, count: ClosedRange<Int> = 0...Int.max, names: String? = nil
  ) -> Self where Value == [(key: String, value: Element)] {
    var schema: [JSONValue.Member] = [.init("type", "object")]
    if count.lowerBound > 0 { schema.append(.init("minProperties", .integer(count.lowerBound))) }
    if count.upperBound < .max { schema.append(.init("maxProperties", .integer(count.upperBound))) }
    if let names { schema.append(.init("propertyNames", ["pattern": .text(names)])) }
    return Self(
      schema: schema + [.init("additionalProperties", .object(element.schema))],
      read: { place, problems in
        guard let object = JSONObject(place, "an object of \(what)", &problems) else { return nil }
        if !count.contains(object.members.count) {
          problems.add(
            place.path,
            "there must be \(count.lowerBound) to \(count.upperBound) \(what), found \(object.members.count)")
        }
        var values: [(key: String, value: Element)] = []
        for (key, place) in object.members {
          if let value = element.read(place, &problems) { values.append((key, value)) }
        }
        return values
      }, write: { .object($0.map { .init($0.key, element.write($0.value)) }) })
  }

  /// An object with the fields of a table.
  public static func object(_ table: FieldTable<Value>) -> Self where Value: Sendable {
    Self(
      schema: table.schema, showsDefault: false, read: { table.read($0, &$1) }, write: { table.json(of: $0) })
  }
}
