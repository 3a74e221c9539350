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
  /// The option that says the same in another way; one of the two may be given, and the default of the other does not
  /// hold then.
  public let insteadOf: String?
  public let summary: String

  init(
    _ name: String, _ aliases: [String], _ kind: Kind, default value: OptionValue?, insteadOf other: String? = nil,
    _ summary: String
  ) {
    (self.name, self.aliases, self.kind, defaultValue) = (name, aliases, kind, value)
    (insteadOf, self.summary) = (other, summary)
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
  /// - Throws: `ArchitectureError.unknownOption`, `.invalidOption`, `.repeatedOption` or `.exclusiveOptions`.
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
      if let other = option.insteadOf, seen.contains(other) {
        throw ArchitectureError.exclusiveOptions(other, option.name, primitive: primitive.name)
      }
      if value != option.defaultValue { given[option.name] = value }
    }
  }

  /// The given values in declared order.
  public var declared: [(name: String, value: OptionValue)] {
    specifications.compactMap { option in given[option.name].map { (option.name, $0) } }
  }

  /// The value of an option, or its default; `nil` where it has none, or where another option is given in its place.
  public subscript(name: String) -> OptionValue? {
    if let value = given[name] { return value }
    guard let option = specifications.first(where: { $0.name == name }) else { return nil }
    return option.insteadOf.flatMap { given[$0] } == nil ? option.defaultValue : nil
  }

  /// The value of an option of the primitive.
  subscript<Value>(option: Option<Value>) -> Value { option.value(given[option.specification.name]) }

  /// Leaves out an option that says what would hold anyway, e.g. `kv_heads` equal to `heads`.
  mutating func drop(_ option: some DeclaredOption) { given[option.specification.name] = nil }

  public static func == (a: Self, b: Self) -> Bool { a.given == b.given }
  public func hash(into hasher: inout Hasher) { hasher.combine(given) }
}
