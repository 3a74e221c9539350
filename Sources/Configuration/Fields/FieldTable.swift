import Foundation
import Text

/// The keys of a JSON object that people write. One table is walked three ways: as reader with every error, as JSON
/// Schema, and as writer.
public struct FieldTable<Root: Sendable>: Sendable {
  /// Keys of which exactly one, or at least one, is to be there.
  public struct Choice: Sendable {
    public enum Count: Sendable { case exactlyOne, atLeastOne }

    public let count: Count
    public let keys: [String]
    /// What has them, e.g. `a rung`.
    public let subject: String

    public init(_ count: Count, of keys: [String], for subject: String) {
      (self.count, self.keys, self.subject) = (count, keys, subject)
    }
  }

  /// What holds where a key is not given.
  public let initial: Root
  public let fields: [Field<Root>]
  public let choices: [Choice]
  private let check: @Sendable (inout Root, JSONObject, inout Problems) -> Void

  /// - Parameter check: what the fields' own ranges do not say, after all are read; it may complete the value.
  public init(
    _ initial: Root, _ fields: [Field<Root>], choices: [Choice] = [],
    check: @escaping @Sendable (inout Root, JSONObject, inout Problems) -> Void = { _, _, _ in }
  ) {
    (self.initial, self.fields, self.choices, self.check) = (initial, fields, choices, check)
  }

  // MARK: Reader

  /// The value of a whole file.
  /// - Throws: `ConfigurationErrors` with everything that is wrong.
  public func parse(_ data: Data) throws(ConfigurationErrors) -> Root {
    do {
      return try parse(JSONValue(parsing: data))
    } catch let error as ConfigurationError {
      throw ConfigurationErrors([error])
    } catch let errors as ConfigurationErrors {
      throw errors
    } catch {
      throw ConfigurationErrors([.init(path: "$", reason: "\(error)")])
    }
  }

  /// The same of a JSON value.
  /// - Throws: `ConfigurationErrors` with everything that is wrong.
  public func parse(_ value: JSONValue) throws(ConfigurationErrors) -> Root {
    var problems = Problems()
    let root = read(JSONPlace(value), &problems)
    try problems.check()
    return root ?? initial
  }

  /// The value at a place.
  /// - Returns: nil, with a problem noted, if it is no object. Other problems are noted as well.
  public func read(_ place: JSONPlace, _ problems: inout Problems) -> Root? {
    guard let object = JSONObject(place, keys: fields.map(\.key), &problems) else { return nil }
    var root = initial
    for field in fields {
      if let place = object[field.key] {
        field.read(place, &root, &problems)
      } else if field.isRequired {
        problems.add(object.path, "the key '\(field.key)' is missing")
      }
    }
    for choice in choices { choice.check(object, &problems) }
    check(&root, object, &problems)
    return root
  }

  // MARK: Schema

  /// The schema of the object, without a description.
  public var schema: [JSONValue.Member] {
    let required = fields.filter(\.isRequired).map { JSONValue.text($0.key) }
    return [.init("type", "object")]
      + (required.isEmpty ? [] : [.init("required", .list(required))])
      + [.init("additionalProperties", false), .init("properties", .object(fields.map(property)))]
      + choices.map(\.schema)
  }

  /// The schema of a whole file.
  public func schema(title: String, description: String, definitions: [JSONValue.Member] = []) -> JSONValue {
    .object(
      [
        .init("$schema", "http://json-schema.org/draft-07/schema#"), .init("title", .text(title)),
        .init("description", .text(description)),
      ] + schema + (definitions.isEmpty ? [] : [.init("definitions", .object(definitions))]))
  }

  private func property(_ field: Field<Root>) -> JSONValue.Member {
    // A key that another one can stand in for has no default.
    let isChosen = choices.contains { $0.keys.contains(field.key) }
    let usual = field.showsDefault && !isChosen ? field.write(initial) : nil
    return .init(
      field.key,
      .object(
        field.schema + (usual.map { [.init("default", $0)] } ?? [])
          + [.init("description", .text(field.summary))]))
  }

  // MARK: Writer

  /// The value as JSON in the form that is read, every default written out.
  public func json(of root: Root) -> JSONValue {
    .object(fields.compactMap { field in field.write(root).map { .init(field.key, $0) } })
  }
}

extension FieldTable.Choice {
  fileprivate func check(_ object: JSONObject, _ problems: inout Problems) {
    let found = keys.filter { object[$0] != nil }
    guard found.isEmpty || (found.count > 1 && count == .exactlyOne) else { return }
    let isPair = keys.count == 2
    let wanted = isPair ? "either \(keys[0]) or \(keys[1])" : "one of \(keys.joined(separator: ", "))"
    let words = found.isEmpty ? "none" : isPair ? "both" : found.joined(separator: " and ")
    problems.add(
      object.path,
      count == .atLeastOne
        ? "\(subject) needs \(keys.joined(separator: " or "))" : "\(subject) has \(wanted), found \(words)")
  }

  fileprivate var schema: JSONValue.Member {
    .init(count == .exactlyOne ? "oneOf" : "anyOf", .list(keys.map { ["required": [.text($0)]] }))
  }
}
