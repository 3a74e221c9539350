import Text

/// Collects what is wrong with a file, so that all of it can be said at once.
public struct Problems {
  public private(set) var errors: [ConfigurationError] = []
  public init() {}
  public mutating func add(_ path: String, _ reason: String) { errors.append(.init(path: path, reason: reason)) }

  /// - Throws: `ConfigurationErrors` if there are any.
  public func check() throws(ConfigurationErrors) {
    if !errors.isEmpty { throw ConfigurationErrors(errors) }
  }
}

/// A value of a JSON file with its path.
public struct JSONPlace: Sendable {
  public let value: JSONValue
  public let path: String

  public init(_ value: JSONValue, path: String = "$") { (self.value, self.path) = (value, path) }

  /// Notes that something else is expected here.
  public func expected(_ what: String, _ problems: inout Problems) {
    problems.add(path, "it must be \(what), found \(value.summary)")
  }

  // MARK: Values

  public func text(_ problems: inout Problems) -> String? {
    if case .text(let text) = value { return text }
    expected("a text", &problems)
    return nil
  }

  public func integer(in range: ClosedRange<Int>, _ problems: inout Problems) -> Int? {
    switch value {
    case .integer(let number) where range.contains(number): return number
    case .number(let number):
      if let whole = Int(exactly: number), range.contains(whole) { return whole }
    default: break
    }
    expected("a whole number from \(range.lowerBound) to \(range.upperBound)", &problems)
    return nil
  }

  public func number(in range: ClosedRange<Double>, _ problems: inout Problems) -> Double? {
    if let number, range.contains(number) { return number }
    expected("a number from \(shown(range.lowerBound)) to \(shown(range.upperBound))", &problems)
    return nil
  }

  public func number(above bound: Double, through most: Double, _ problems: inout Problems) -> Double? {
    if let number, number > bound, number <= most { return number }
    expected("a number above \(shown(bound)) and at most \(shown(most))", &problems)
    return nil
  }

  private var number: Double? {
    switch value {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  private func shown(_ bound: Double) -> String { Int(exactly: bound).map(String.init) ?? "\(bound)" }

  /// A text that is one of some words; the nearest is suggested otherwise.
  public func word(of words: [String], _ problems: inout Problems) -> String? {
    guard case .text(let text) = value else {
      expected("one of \(words.joined(separator: ", "))", &problems)
      return nil
    }
    if words.contains(text) { return text }
    problems.add(
      path, "it must be one of \(words.joined(separator: ", ")), found '\(text)'\(suggestion(for: text, among: words))")
    return nil
  }

  public func list(of what: String, count: ClosedRange<Int>, _ problems: inout Problems) -> [JSONPlace]? {
    guard case .list(let values) = value, count.contains(values.count) else {
      let number =
        count.upperBound == .max ? "at least \(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
      if case .list(let values) = value {
        problems.add(path, "it must be a list of \(number) \(what), found \(values.count)")
      } else {
        expected("a list of \(what)", &problems)
      }
      return nil
    }
    return values.enumerated().map { JSONPlace($1, path: "\(path)[\($0)]") }
  }
}

/// An object of a JSON file whose keys are known; others are errors.
public struct JSONObject: Sendable {
  public let path: String
  /// The members in the order in which they are written.
  public let members: [(key: String, place: JSONPlace)]

  /// Any keys.
  public init?(_ place: JSONPlace, _ what: String = "an object", _ problems: inout Problems) {
    guard case .object(let members) = place.value else {
      place.expected(what, &problems)
      return nil
    }
    path = place.path
    self.members = members.map {
      ($0.key, JSONPlace($0.value, path: ConfigurationError.path(place.path, $0.key)))
    }
  }

  /// Only these keys.
  public init?(_ place: JSONPlace, keys: [String], _ problems: inout Problems) {
    self.init(place, "an object", &problems)
    for (key, place) in members where !keys.contains(key) {
      problems.add(
        place.path, "there is no key '\(key)' here" + suggestion(for: key, among: keys, otherwise: "the keys are"))
    }
  }

  public subscript(key: String) -> JSONPlace? { members.first { $0.key == key }?.place }

  /// The value of a key that has to be there.
  public func required(_ key: String, _ problems: inout Problems) -> JSONPlace? {
    if let place = self[key] { return place }
    problems.add(path, "the key '\(key)' is missing")
    return nil
  }
}
