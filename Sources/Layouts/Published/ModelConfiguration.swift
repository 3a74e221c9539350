import Configuration
import Text

/// The `config.json` of a published model, read key by key.
struct ModelConfiguration {
  let path: String
  private let members: [String: JSONValue]

  /// Models of several kinds of input keep the language model's settings in an object of their own.
  private static let inner = ["text_config", "language_config", "llm_config", "language_model"]

  /// - Throws: `ConfigurationError` if it is no object.
  init(_ value: JSONValue, path: String = "$") throws(ConfigurationError) {
    guard case .object(let list) = value else {
      throw ConfigurationError(path: path, reason: "it must be a model's configuration, found \(value.summary)")
    }
    self.path = path
    members = Dictionary(list.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The settings of the language model, which may lie inside.
  /// - Throws: `ConfigurationError`.
  func languageModel() throws(ConfigurationError) -> Self {
    for key in Self.inner {
      if case .object(let list)? = members[key] {
        return try Self(.object(list), path: ConfigurationError.path(path, key)).languageModel()
      }
    }
    return self
  }

  func path(_ key: String, _ index: Int? = nil) -> String {
    ConfigurationError.path(path, key) + (index.map { "[\($0)]" } ?? "")
  }

  func has(_ key: String) -> Bool { members[key].map { $0 != .null } ?? false }

  /// The family, e.g. `jamba`; empty if it does not say.
  var family: String { if case .text(let text)? = members["model_type"] { text } else { "" } }

  func isOff(_ key: String) -> Bool { members[key] == .flag(false) }

  func isList(_ key: String) -> Bool { if case .list? = members[key] { true } else { false } }

  // MARK: Values

  /// - Throws: `ConfigurationError` if the key is there with another kind of value.
  func text(_ key: String) throws(ConfigurationError) -> String? {
    switch members[key] {
    case nil, .null: return nil
    case .text(let text): return text
    case let other?: throw unexpected("a text", other, path(key))
    }
  }

  /// - Throws: `ConfigurationError` if the key is there with another kind of value.
  func integer(_ key: String, in range: ClosedRange<Int> = 0...1 << 40) throws(ConfigurationError) -> Int? {
    guard let value = members[key], value != .null else { return nil }
    return try integer(value, in: range, path(key))
  }

  /// The first of several keys that is there.
  /// - Throws: as `integer`.
  func integer(anyOf keys: [String], in range: ClosedRange<Int> = 0...1 << 40) throws(ConfigurationError) -> Int? {
    try keys.first(where: has).flatMap { (key) throws(ConfigurationError) in try integer(key, in: range) }
  }

  /// - Throws: `ConfigurationError` if the key is there with another kind of value.
  func integers(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> [Int]? {
    guard let values = try list(key, least: 0) else { return nil }
    var integers: [Int] = []
    for (index, value) in values.enumerated() { integers.append(try integer(value, in: range, path(key, index))) }
    return integers
  }

  /// - Throws: `ConfigurationError` if the key is there with another kind of value.
  func words(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let values = try list(key, least: 1) else { return nil }
    var words: [String] = []
    for (index, value) in values.enumerated() {
      guard case .text(let word) = value else { throw unexpected("a text", value, path(key, index)) }
      words.append(word)
    }
    return words
  }

  /// - Throws: `ConfigurationError` if the key is there with another kind of value.
  func object(_ key: String) throws(ConfigurationError) -> Self? {
    guard let value = members[key], value != .null else { return nil }
    return try Self(value, path: path(key))
  }

  private func list(_ key: String, least: Int) throws(ConfigurationError) -> [JSONValue]? {
    guard let value = members[key], value != .null else { return nil }
    guard case .list(let values) = value else { throw unexpected("a list", value, path(key)) }
    guard (least...Layout.maximumLayers).contains(values.count) else {
      throw ConfigurationError(
        path: path(key), reason: "it must list \(least) to \(Layout.maximumLayers) layers, found \(values.count)")
    }
    return values
  }

  private func integer(
    _ value: JSONValue, in range: ClosedRange<Int>, _ path: String
  ) throws(ConfigurationError) -> Int {
    switch value {
    case .integer(let number) where range.contains(number): return number
    case .number(let number):
      if let whole = Int(exactly: number), range.contains(whole) { return whole }
    default: break
    }
    throw unexpected("a whole number from \(range.lowerBound) to \(range.upperBound)", value, path)
  }

  private func unexpected(_ what: String, _ value: JSONValue, _ path: String) -> ConfigurationError {
    ConfigurationError(path: path, reason: "it must be \(what), found \(value.summary)")
  }
}
