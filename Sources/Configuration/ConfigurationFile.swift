import Foundation
import Text

/// What is wrong with a JSON file that a user wrote, and where.
public struct ConfigurationError: ReportedError, Equatable, Sendable {
  /// A JSON path such as `$.settings[2].steps`.
  public let path: String
  public let reason: String

  public init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }

  public var fault: Fault { .input }
  public var description: String { "\(path): \(reason)" }

  /// The path of a key of the object at `path`; a key that is not a plain word stands in brackets and quotes.
  public static func path(_ path: String, _ key: String) -> String {
    let isPlain =
      !key.isEmpty
      && key.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789_-$+".unicodeScalars.contains($0) }
    return isPlain ? "\(path).\(key)" : "\(path)[\"\(key)\"]"
  }
}

/// Everything that is wrong with a file.
public struct ConfigurationErrors: ReportedError, Equatable, Sendable {
  /// At least one, in the order in which they were found.
  public let errors: [ConfigurationError]

  public init(_ errors: [ConfigurationError]) { self.errors = errors }

  public var fault: Fault { .input }

  /// One line each.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// Reads JSON files that users write: kebab-case keys, unknown keys are errors, and every error has its JSON path.
public enum ConfigurationFile {
  /// - Throws: `ConfigurationError`.
  public static func decode<Value: Codable>(_ type: Value.Type, from data: Data) throws -> Value {
    let given: Any
    do {
      given = try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed])
    } catch {
      let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
      throw ConfigurationError(path: "$", reason: "it is not JSON: \(detail ?? error.localizedDescription)")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { AnyKey(camel($0[$0.count - 1])) }
    let value: Value
    do {
      value = try decoder.decode(type, from: data)
    } catch let error as DecodingError {
      throw explain(error)
    }
    // What was read is written again: a key that is missing then has been ignored.
    let understood = try JSONSerialization.jsonObject(with: encode(value), options: [.fragmentsAllowed])
    try refuseIgnored(given, understood, path: "$")
    return value
  }

  /// The JSON text of a value, in the form that `decode` reads.
  public static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .custom { AnyKey(kebab($0[$0.count - 1])) }
    return try encoder.encode(value)
  }

  private static func refuseIgnored(_ given: Any, _ understood: Any, path: String) throws {
    if let given = given as? [String: Any], let understood = understood as? [String: Any] {
      for (key, value) in given.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
        guard let counterpart = understood[key] else {
          throw ConfigurationError(path: "\(path).\(key)", reason: "there is no such key")
        }
        try refuseIgnored(value, counterpart, path: "\(path).\(key)")
      }
    } else if let given = given as? [Any], let understood = understood as? [Any] {
      for (index, pair) in zip(given, understood).enumerated() {
        try refuseIgnored(pair.0, pair.1, path: "\(path)[\(index)]")
      }
    }
  }

  private static func explain(_ error: DecodingError) -> ConfigurationError {
    func path(_ keys: [any CodingKey]) -> String {
      keys.reduce("$") { path, key in key.intValue.map { "\(path)[\($0)]" } ?? "\(path).\(kebab(key))" }
    }
    switch error {
    case .keyNotFound(let key, let context):
      return ConfigurationError(path: path(context.codingPath), reason: "the key '\(kebab(key))' is missing")
    case .typeMismatch(let type, let context):
      return ConfigurationError(path: path(context.codingPath), reason: "it must be \(words(for: type))")
    case .valueNotFound(let type, let context):
      return ConfigurationError(path: path(context.codingPath), reason: "it must be \(words(for: type)), found null")
    case .dataCorrupted(let context):
      return ConfigurationError(path: path(context.codingPath), reason: context.debugDescription)
    @unknown default:
      return ConfigurationError(path: "$", reason: "\(error)")
    }
  }

  private static func words(for type: Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is Int.Type, is UInt64.Type: "a whole number"
    case is Double.Type: "a number"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }

  private static func kebab(_ key: any CodingKey) -> String {
    key.stringValue.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }

  private static func camel(_ key: any CodingKey) -> String {
    let parts = key.stringValue.split(separator: "-", omittingEmptySubsequences: false)
    return parts.dropFirst().reduce(String(parts[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}
