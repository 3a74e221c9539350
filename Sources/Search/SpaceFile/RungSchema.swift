import Configuration

enum RungSchema {
  static func rung(_ names: SpaceNames) -> JSONValue {
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

  private static func object(_ description: String, required: [String] = [], _ properties: [(String, JSONValue)])
    -> JSONValue
  {
    .object(
      [.init("type", "object"), .init("description", .text(description))]
        + (required.isEmpty ? [] : [.init("required", .list(required.map(JSONValue.text)))])
        + [
          .init("additionalProperties", false),
          .init("properties", .object(properties.map { .init($0.0, $0.1) })),
        ])
  }

  private static func integer(_ range: ClosedRange<Int>, _ description: String, default value: Int? = nil) -> JSONValue
  {
    .object(
      [.init("type", "integer"), .init("minimum", .integer(range.lowerBound))]
        + (range.upperBound == .max ? [] : [.init("maximum", .integer(range.upperBound))])
        + (value.map { [.init("default", .integer($0))] } ?? []) + [.init("description", .text(description))])
  }

  private static func words(_ words: [String], default value: String? = nil, _ description: String? = nil) -> JSONValue
  {
    .object(
      [.init("enum", .list(words.map(JSONValue.text)))] + (value.map { [.init("default", .text($0))] } ?? [])
        + (description.map { [.init("description", .text($0))] } ?? []))
  }
}
