import Architecture
import Configuration
import Text

/// The JSON Schema of space files, with every primitive and option of the registry, for editors that complete and check.
public enum SpaceSchema {
  /// The text of `search-spaces/space.schema.json`.
  public static func text(names: SpaceNames = .standard) -> String { schema(names).text }

  static func schema(_ names: SpaceNames) -> JSONValue {
    .object([
      .init("$schema", "http://json-schema.org/draft-07/schema#"),
      .init("title", "madsearch space"),
      .init("description", "A space of layouts to search, and how they are evaluated. Guide: docs/search-spaces.md."),
      .init("type", "object"),
      .init("required", ["name", "grammar"]),
      .init("additionalProperties", false),
      .init("properties", .object(sections(names))),
      .init("definitions", .object(definitions)),
    ])
  }

  private static func sections(_ names: SpaceNames) -> [JSONValue.Member] {
    [
      .init("$schema", ["type": "string"]),
      .init(
        "name",
        [
          "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$",
          "description": "Name of the space and of the folder of its results.",
        ]),
      .init("description", ["type": "string"]),
      .init("model", model),
      .init(
        "grammar",
        object(
          "The layouts: rules that derive them from the start.", required: ["start", "rules"],
          [
            ("start", ["type": "string", "description": "The rule that derives a whole layout."]),
            (
              "rules",
              [
                "type": "object", "minProperties": 1, "propertyNames": ["pattern": "^[A-Za-z0-9._+-]+$"],
                "additionalProperties": ["$ref": "#/definitions/rule"],
              ]
            ),
          ])),
      .init("constraints", constraints),
      .init(
        "objectives",
        [
          "type": "array", "minItems": 2, "maxItems": 4, "uniqueItems": true,
          "items": words(Objective.allCases.map(\.rawValue)), "default": ["quality", "state", "flops"],
          "description": "Two to four, quality first.",
        ]),
      .init("normalize", normalize),
      .init(
        "rungs",
        [
          "type": "array", "minItems": 1, "maxItems": 16, "items": rung(names),
          "description": "What candidates are trained on, from cheap to dear.",
        ]),
      .init("search", search(names)),
      .init(
        "seed-with",
        [
          "type": "array", "items": ["type": "string"],
          "description": "Known hybrids by name, or layouts; evaluated first.",
        ]),
      .init("seed", integer(0...Int.max, "Seed of everything random.", default: 1)),
    ]
  }

  // MARK: Sections

  private static var model: JSONValue {
    object(
      "The model whose costs are counted.",
      [
        ("dim", integer(1...16_384, "Width.", default: 128)),
        (
          "context",
          integer(
            1...1_048_576,
            "Tokens at which FLOPs and state are counted; the context of the state's constraint unless given, else 1024."
          )
        ),
        ("max-length", integer(1...1_048_576, "The longest sequence models are made for; the context unless given.")),
        ("vocabulary", integer(1...1_000_000, "Number of different tokens.", default: 256)),
      ])
  }

  private static var constraints: JSONValue {
    func bounds(_ description: String, _ value: JSONValue, _ more: [(String, JSONValue)] = []) -> JSONValue {
      object(description, [("min", value), ("max", value)] + more)
    }
    let amount: JSONValue = ["type": "number", "minimum": 0]
    return object(
      "What candidates must keep.",
      [
        ("parameters", bounds("Trained parameters of the model.", amount)),
        (
          "state",
          bounds(
            "Numbers kept per sequence after a context.", amount,
            [("context", integer(1...1_048_576, "Tokens of the context."))])
        ),
        ("flops", bounds("Forward FLOPs per token.", amount)),
        ("layers", bounds("Layers of the layout.", ["type": "integer", "minimum": 1, "maximum": 1024])),
        (
          "share",
          [
            "type": "object",
            "description": "Shares of rules or primitives among the primitives of the same kind.",
            "additionalProperties": bounds("From 0 to 1.", ["type": "number", "minimum": 0, "maximum": 1]),
          ]
        ),
      ])
  }

  private static var normalize: JSONValue {
    object(
      "What candidates are made equal in.",
      [
        ("state", integer(1...1_000_000_000, "Numbers of state per sequence mixer of fixed state.")),
        ("parameters", integer(1...2_000_000_000, "Parameters of the model, by the width of its channel mixers.")),
      ])
  }

  private static func rung(_ names: SpaceNames) -> JSONValue {
    let mad = object(
      "MAD tasks.", required: ["protocol"],
      [
        (
          "protocol",
          [
            "anyOf": [words(names.protocols), ["type": "string", "pattern": "\\.json$"]],
            "description": "A built-in protocol, or a file.",
          ]
        ),
        ("dim", integer(1...16_384, "Width of the trainings; the protocol's own unless given.")),
      ])
    let isoflop = object(
      "Model sizes at FLOP budgets.", required: ["budgets"],
      [
        (
          "budgets",
          ["type": "array", "minItems": 1, "maxItems": 100, "items": ["type": "number", "minimum": 1_000_000]]
        ),
        ("sizes", integer(3...100, "Model sizes per budget.", default: 4)),
        (
          "corpus",
          ["type": "string", "description": "As of a perplexity rung; that of the rung before unless given."]
        ),
        ("length", length),
        (
          "target",
          [
            "type": "number", "minimum": 1_000_000,
            "description": "FLOPs to extrapolate the scaled loss to; ten times the last budget unless given.",
          ]
        ),
      ])
    let promote: JSONValue = [
      "type": "number", "exclusiveMinimum": 0, "maximum": 1,
      "description": "The share of the candidates that goes on to the next rung; not after the last.",
    ]
    return .object([
      .init("type", "object"), .init("additionalProperties", false),
      .init(
        "properties",
        .object([
          .init("mad", mad), .init("perplexity", perplexityRung), .init("isoflop", isoflop), .init("promote", promote),
        ])),
      .init("oneOf", .list(["mad", "perplexity", "isoflop"].map { ["required": [.text($0)]] })),
    ])
  }

  private static var length: JSONValue {
    integer(Rung.lengths, "Bytes in a sequence.", default: Rung.standardLength)
  }

  private static var perplexityRung: JSONValue {
    let settings = object(
      "A language-model training, of as many tokens or of as many FLOPs for all candidates.",
      [
        (
          "corpus",
          [
            "type": "string", "default": .text(PerplexityRung.standardCorpus),
            "description": "The name of a corpus that scripts/install-corpus installs, or a file or folder.",
          ]
        ), ("dim", integer(1...16_384, "Width.", default: PerplexityRung.standardDim)),
        ("length", length),
        ("tokens", integer(1...1_000_000_000_000, "Bytes to train on.")),
        ("flops", ["type": "number", "minimum": 1_000_000, "description": "FLOPs of the training."]),
      ])
    guard case .object(let members) = settings else { return settings }
    return .object(members + [.init("oneOf", .list(["tokens", "flops"].map { ["required": [.text($0)]] }))])
  }

  private static func search(_ names: SpaceNames) -> JSONValue {
    let settings = SearchSettings()
    return object(
      "How the space is searched.",
      [
        ("strategy", words(names.strategies, default: settings.strategy)),
        ("population", integer(2...100_000, "Parents kept.", default: settings.population)),
        ("candidates", integer(1...10_000_000, "Candidates at the first rung.", default: settings.candidates)),
        ("hours", ["type": "number", "minimum": 0.001, "description": "Time limit on the clock."]),
        ("core-hours", ["type": "number", "minimum": 0.001, "description": "Limit on the trainings' core-hours."]),
        ("batch", integer(1...10_000, "Proposals made at a time.", default: settings.batch)),
        (
          "replicates",
          integer(1...100, "Evaluations of a contender at a rung, at most.", default: settings.replicates)
        ),
        (
          "sampling",
          words(
            SearchSettings.Sampling.allCases.map(\.rawValue), default: settings.sampling.rawValue,
            "What fresh samples are uniform over: the alternatives of each choice, or the distinct layouts.")
        ),
      ])
  }

  // MARK: Parts

  static func object(_ description: String, required: [String] = [], _ properties: [(String, JSONValue)]) -> JSONValue {
    .object(
      [.init("type", "object"), .init("description", .text(description))]
        + (required.isEmpty ? [] : [.init("required", .list(required.map(JSONValue.text)))])
        + [
          .init("additionalProperties", false),
          .init("properties", .object(properties.map { .init($0.0, $0.1) })),
        ])
  }

  static func integer(_ range: ClosedRange<Int>, _ description: String, default value: Int? = nil) -> JSONValue {
    .object(
      [.init("type", "integer"), .init("minimum", .integer(range.lowerBound))]
        + (range.upperBound == .max ? [] : [.init("maximum", .integer(range.upperBound))])
        + (value.map { [.init("default", .integer($0))] } ?? []) + [.init("description", .text(description))])
  }

  static func words(_ words: [String], default value: String? = nil, _ description: String? = nil) -> JSONValue {
    .object(
      [.init("enum", .list(words.map(JSONValue.text)))] + (value.map { [.init("default", .text($0))] } ?? [])
        + (description.map { [.init("description", .text($0))] } ?? []))
  }
}
