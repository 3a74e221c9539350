import Configuration
import Text

/// Layers and rules as they are written.
public struct GrammarFile: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let name: String
    public let rule: RuleFile
    public init(_ name: String, _ rule: RuleFile) { (self.name, self.rule) = (name, rule) }
  }

  public var start: String
  public var rules: [Entry]

  public init(start: String, rules: [Entry]) { (self.start, self.rules) = (start, rules) }

  static let table = FieldTable(
    Self(start: "", rules: []),
    [
      .init("start", \.start, .text, isRequired: true, "The rule that derives a whole layout."),
      .init(
        "rules", .members(of: "rules", RuleFile.kind, count: 1...10_000, names: "^[A-Za-z0-9._+-]+$"),
        isRequired: true, "The rules by name.", get: { $0.rules.map { (key: $0.name, value: $0.rule) } },
        set: { $0.rules = $1.map { Entry($0.key, $0.value) } }),
    ]
  ) { grammar, object, problems in
    for entry in grammar.rules {
      let path = ConfigurationError.path("\(object.path).rules", entry.name)
      if !isName(entry.name) {
        problems.add(
          path, "the name of a rule consists of letters, digits, '.', '_', '+' and '-', found '\(entry.name)'")
      }
      if entry.rule.nesting > RuleFile.deepest {
        problems.add(path, "rules are nested more than \(RuleFile.deepest) deep; give some of them names")
      }
    }
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789._+-".unicodeScalars.contains($0))
      }
  }
}

/// A rule as it is written.
public struct RuleFile: Hashable, Sendable {
  public indirect enum Body: Hashable, Sendable {
    /// The name of a rule, or else a layout.
    case name(String)
    case empty
    case primitive(String, options: [Option])
    case sequence([RuleFile])
    case choice([RuleFile], weights: [Double]?)
    case repetition(RuleFile, least: Int, most: Int)
    case parallel([RuleFile])
  }

  public struct Option: Hashable, Sendable {
    public let name: String
    public let values: [JSONValue]
    /// Whether the values stand in a list.
    public let isList: Bool
    public init(_ name: String, _ values: [JSONValue], isList: Bool = true) {
      (self.name, self.values, self.isList) = (name, values, isList)
    }
  }

  public var body: Body
  /// How many times the rule may be open inside itself: the bound of a recursion.
  public var depth: Int?

  public init(_ body: Body, depth: Int? = nil) { (self.body, self.depth) = (body, depth) }

  /// The most rules inside each other.
  fileprivate static let deepest = 50

  /// How many rules are inside each other, itself included.
  fileprivate var nesting: Int {
    switch body {
    case .name, .empty, .primitive: 1
    case .sequence(let rules), .choice(let rules, _), .parallel(let rules): 1 + (rules.map(\.nesting).max() ?? 0)
    case .repetition(let rule, _, _): 1 + rule.nesting
    }
  }
}
