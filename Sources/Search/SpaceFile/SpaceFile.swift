import Configuration
import Text

/// What a space file says, checked for its form but not for its meaning; `Space` is the checked one.
public struct SpaceFile: Hashable, Sendable {
  /// Names the folder of a run's results.
  public var name: String
  public var summary: String?
  public var model = ModelSettings()
  public var grammar: GrammarFile
  public var constraints = ConstraintsFile()
  /// Two to four, quality first.
  public var objectives: [Objective] = [.quality, .state, .flops]
  public var normalize = NormalizeSettings()
  /// From cheap to dear; the cost screen that comes before them needs no settings.
  public var rungs: [Rung] = [Rung(.mad(protocol: "screen", dim: nil))]
  public var search = SearchSettings()
  /// Known hybrids by name, or layouts.
  public var seedWith: [String] = []
  public var seed: UInt64 = 1

  public init(name: String, grammar: GrammarFile) { (self.name, self.grammar) = (name, grammar) }
}

/// What candidates are to be good at. Quality is to be high, the others low.
public enum Objective: String, Codable, Sendable, Hashable, CaseIterable {
  case quality, state, flops, parameters
}

/// The model whose costs are counted.
public struct ModelSettings: Hashable, Sendable {
  public var dim = 128
  /// Tokens at which FLOPs and state are counted; that of the state's constraint unless given, else 1 024.
  public var context: Int?
  /// The longest sequence that a model is made for; the context unless given.
  public var maxLength: Int?
  public var vocabulary = 256

  public init() {}
}

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
}

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
}

/// Least and most; either may be missing.
public struct Bounds: Hashable, Sendable {
  public var min: Double?
  public var max: Double?
  public init(min: Double? = nil, max: Double? = nil) { (self.min, self.max) = (min, max) }

  public func contains(_ value: Double) -> Bool { value >= min ?? -.infinity && value <= max ?? .infinity }
}

public struct ConstraintsFile: Hashable, Sendable {
  public struct Share: Hashable, Sendable {
    /// A rule or a primitive.
    public let name: String
    public let bounds: Bounds
    public init(_ name: String, _ bounds: Bounds) { (self.name, self.bounds) = (name, bounds) }
  }

  public var parameters: Bounds?
  public var state: Bounds?
  /// Tokens at which the state is counted.
  public var stateContext: Int?
  /// Forward FLOPs per token.
  public var flops: Bounds?
  public var layers: Bounds?
  public var shares: [Share] = []

  public init() {}
}

/// What candidates are made equal in.
public struct NormalizeSettings: Hashable, Sendable {
  /// Numbers of state per sequence mixer.
  public var state: Int?
  /// Trained parameters of the model.
  public var parameters: Int?

  public init() {}
}

public struct SearchSettings: Hashable, Sendable {
  /// What fresh samples are uniform over.
  public enum Sampling: String, Hashable, Sendable, CaseIterable {
    /// The alternatives of each choice, by their weights.
    case choices
    /// The distinct layouts.
    case layouts
  }

  public var strategy = "evolution"
  public var population = 32
  /// How many candidates are evaluated at the first rung.
  public var candidates = 200
  /// Time limit on the clock, in hours.
  public var hours: Double?
  public var coreHours: Double?
  /// Proposals that are made at a time: each batch learns from those before it.
  public var batch = 8
  /// How often, at most, a contender is evaluated at a rung, each time with another seed.
  public var replicates = 3
  public var sampling = Sampling.choices

  public init() {}
}
