import Architecture
import Configuration
import Text

extension SpaceSchema {
  /// The rules, and the options of each primitive.
  static var definitions: [JSONValue.Member] {
    [.init("rule", rule), .init("rules", rules)]
      + Primitives.all.map { .init("options-\($0.specification.name)", options($0.specification)) }
  }

  private static let rules: JSONValue = [
    "type": "array", "minItems": 1, "items": ["$ref": "#/definitions/rule"],
  ]

  private static func names(_ specification: PrimitiveSpecification) -> [String] {
    [specification.name] + specification.aliases.map(\.name)
  }

  private static var rule: JSONValue {
    let one: JSONValue = ["$ref": "#/definitions/rule"]
    let several: JSONValue = ["$ref": "#/definitions/rules"]
    let count: JSONValue = ["type": "integer", "minimum": 0, "maximum": 1024]
    let times: JSONValue = [
      "anyOf": [count, ["type": "array", "minItems": 2, "maxItems": 2, "items": count]],
      "description": "How often, or the least and most.",
    ]
    let weights: JSONValue = [
      "type": "array", "items": ["type": "number", "minimum": 0, "maximum": 1_000_000_000],
      "description": "How often each alternative is drawn; 0 switches it off.",
    ]
    let kinds = [
      kind("One after the other.", [("sequence", several)]),
      kind("One of several.", [("choice", several), ("weights", weights)]),
      kind(
        "Several times, each time derived anew.", [("repeat", one), ("times", times)], required: ["repeat", "times"]),
      kind("Layers that read the same input and whose outputs are summed.", [("parallel", several)]),
      kind("No layer.", [("empty", ["const": true])]),
      primitive,
    ]
    let name: JSONValue = [
      "anyOf": [words(Primitives.all.flatMap { names($0.specification) }), ["type": "string"]],
      "description": "A rule, or else a layout such as 'attention swiglu'.",
    ]
    return ["anyOf": .list([name] + kinds)]
  }

  private static func kind(
    _ description: String, _ properties: [(String, JSONValue)], required: [String]? = nil
  ) -> JSONValue {
    let depth = integer(1...100, "How often the rule may be open inside itself; a recursion needs it.")
    return object(description, required: required ?? [properties[0].0], properties + [("depth", depth)])
  }

  /// A primitive, and for each name its own options.
  private static var primitive: JSONValue {
    let all = words(Primitives.all.flatMap { names($0.specification) })
    let base = kind("A primitive with options.", [("primitive", all), ("options", ["type": "object"])])
    guard case .object(let members) = base else { return base }
    let cases = Primitives.all.map { type -> JSONValue in
      let specification = type.specification
      return [
        "if": ["properties": ["primitive": words(names(specification))], "required": ["primitive"]],
        "then": ["properties": ["options": ["$ref": .text("#/definitions/options-\(specification.name)")]]],
      ]
    }
    return .object(members + [.init("allOf", .list(cases))])
  }

  private static func options(_ specification: PrimitiveSpecification) -> JSONValue {
    object(
      specification.summary,
      specification.options.flatMap { option in
        [(option.name, value(option, option.summary))]
          + option.aliases.map { ($0, value(option, "The same as \(option.name): \(option.summary)")) }
      })
  }

  /// A value, or a list of values to choose from; null stands for the default.
  private static func value(_ option: OptionSpecification, _ description: String) -> JSONValue {
    let single: JSONValue
    let usual: JSONValue?
    switch option.kind {
    case .integer(let range):
      single = [
        "type": ["integer", "null"], "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
      ]
    case .word(let words): single = ["enum": .list(words.map(JSONValue.text) + [.null])]
    case .flag: single = ["type": ["boolean", "null"]]
    }
    switch option.defaultValue {
    case .integer(let number): usual = .integer(number)
    case .word(let word): usual = .text(word)
    case .flag(let flag): usual = .flag(flag)
    case nil: usual = nil
    }
    return .object(
      [.init("anyOf", [single, ["type": "array", "minItems": 1, "uniqueItems": true, "items": single]])]
        + (usual.map { [.init("default", $0)] } ?? []) + [.init("description", .text(description))])
  }
}
