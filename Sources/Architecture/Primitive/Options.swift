/// One option of a primitive: its name, what it may be, and what it is if nobody says.
public struct OptionSpecification: Sendable {
  public enum Kind: Sendable, Equatable {
    case integer(ClosedRange<Int>)
    case word([String])
    case flag
  }

  public let name: String
  /// Other spellings that are understood, e.g. those of published configurations.
  public let aliases: [String]
  public let kind: Kind
  /// `nil` if the option is derived or off unless given; `summary` says which.
  public let defaultValue: OptionValue?
  public let summary: String

  private init(_ name: String, _ aliases: [String], _ kind: Kind, _ defaultValue: OptionValue?, _ summary: String) {
    (self.name, self.aliases, self.kind, self.defaultValue, self.summary) = (name, aliases, kind, defaultValue, summary)
  }

  public static func integer(
    _ name: String, aliases: [String] = [], default value: Int?, in range: ClosedRange<Int>, _ summary: String
  ) -> Self {
    Self(name, aliases, .integer(range), value.map(OptionValue.integer), summary)
  }

  public static func word(
    _ name: String, aliases: [String] = [], default value: String, of words: [String], _ summary: String
  ) -> Self {
    Self(name, aliases, .word(words), .word(value), summary)
  }

  public static func flag(_ name: String, aliases: [String] = [], default value: Bool, _ summary: String) -> Self {
    Self(name, aliases, .flag, .flag(value), summary)
  }

  /// What a value must be, in words, e.g. `a whole number from 1 to 64`.
  public var allowed: String {
    switch kind {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .word(let words): words.joined(separator: ", ")
    case .flag: "true or false"
    }
  }

  public func allows(_ value: OptionValue) -> Bool {
    switch (kind, value) {
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.word(let words), .word(let word)): words.contains(word)
    case (.flag, .flag): true
    default: false
    }
  }
}

/// The value of an option, as it is written in a layout: `16`, `elu`, `false`.
public enum OptionValue: Sendable, Hashable, CustomStringConvertible {
  case integer(Int)
  case word(String)
  case flag(Bool)

  public var description: String {
    switch self {
    case .integer(let number): String(number)
    case .word(let word): word
    case .flag(let flag): String(flag)
    }
  }
}

/// The options of one primitive in a layout: only those that differ from the defaults, under their declared names.
public struct OptionValues: Sendable, Hashable {
  private let specifications: [OptionSpecification]
  private var given: [String: OptionValue]

  /// Values for the options of a primitive. Aliases become names and defaults are left out, so that two spellings of the
  /// same options are equal.
  /// - Throws: `ArchitectureError.unknownOption`, `.invalidOption` or `.repeatedOption`.
  public init(_ values: [(name: String, value: OptionValue)], for primitive: PrimitiveSpecification) throws {
    specifications = primitive.options
    given = [:]
    var seen: Set<String> = []
    for (name, value) in values {
      guard let option = specifications.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
        throw ArchitectureError.unknownOption(name, primitive: primitive.name, known: specifications.map(\.name))
      }
      guard option.allows(value) else {
        throw ArchitectureError.invalidOption(
          option.name, primitive: primitive.name, found: value.description, allowed: option.allowed)
      }
      guard seen.insert(option.name).inserted else {
        throw ArchitectureError.repeatedOption(option.name, primitive: primitive.name)
      }
      if value != option.defaultValue { given[option.name] = value }
    }
  }

  /// The given values in declared order.
  public var declared: [(name: String, value: OptionValue)] {
    specifications.compactMap { option in given[option.name].map { (option.name, $0) } }
  }

  /// The value of an option, or its default; `nil` where it has none.
  public subscript(name: String) -> OptionValue? {
    given[name] ?? specifications.first { $0.name == name }?.defaultValue
  }

  /// Leaves out an option that says what would hold anyway, e.g. `kv_heads` equal to `heads`.
  public mutating func drop(_ name: String) { given[name] = nil }

  public func integer(_ name: String) -> Int? {
    if case .integer(let number)? = self[name] { number } else { nil }
  }

  public func word(_ name: String) -> String? {
    if case .word(let word)? = self[name] { word } else { nil }
  }

  public func flag(_ name: String) -> Bool? {
    if case .flag(let flag)? = self[name] { flag } else { nil }
  }

  public static func == (a: Self, b: Self) -> Bool { a.given == b.given }
  public func hash(into hasher: inout Hasher) { hasher.combine(given) }
}
