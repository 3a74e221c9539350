import Architecture
import Configuration
import Text

extension RuleFile {
  /// What the schema of a rule refers to: the rule, and the options of each primitive.
  static var definitions: [JSONValue.Member] {
    let name: JSONValue = [
      "anyOf": [["enum": .list(primitiveNames)], ["type": "string"]],
      "description": "A rule, or else a layout such as 'attention swiglu'.",
    ]
    let objects = forms.map { form in
      JSONValue.object(
        [.init("description", .text(form.summary))] + form.table.schema
          + (form.key == primitive.key ? [.init("allOf", .list(Primitives.all.map(ownOptions)))] : []))
    }
    return [.init("rule", ["anyOf": .list([name] + objects)])]
      + Primitives.all.map { .init("options-\($0.specification.name)", optionsSchema($0.specification)) }
  }

  static let primitiveNames = Primitives.all.flatMap { names($0.specification) }

  private static func names(_ specification: PrimitiveSpecification) -> [JSONValue] {
    ([specification.name] + specification.aliases.map(\.name)).map(JSONValue.text)
  }

  /// A primitive has its own options under each of its names.
  private static func ownOptions(_ type: any Primitive.Type) -> JSONValue {
    let specification = type.specification
    return [
      "if": ["properties": ["primitive": ["enum": .list(names(specification))]], "required": ["primitive"]],
      "then": ["properties": ["options": ["$ref": .text("#/definitions/options-\(specification.name)")]]],
    ]
  }

  private static func optionsSchema(_ specification: PrimitiveSpecification) -> JSONValue {
    let properties = specification.options.flatMap { option in
      [JSONValue.Member(option.name, schema(option, option.summary))]
        + option.aliases.map { .init($0, schema(option, "The same as \(option.name): \(option.summary)")) }
    }
    return [
      "type": "object", "description": .text(specification.summary), "additionalProperties": false,
      "properties": .object(properties),
    ]
  }

  /// A value, or a list of values to choose from; null stands for the default.
  private static func schema(_ option: OptionSpecification, _ description: String) -> JSONValue {
    let single: JSONValue =
      switch option.kind {
      case .integer(let range):
        [
          "type": ["integer", "null"], "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
        ]
      case .word(let words): ["enum": .list(words.map(JSONValue.text) + [.null])]
      case .flag: ["type": ["boolean", "null"]]
      }
    let usual: JSONValue? =
      switch option.defaultValue {
      case .integer(let number): .integer(number)
      case .word(let word): .text(word)
      case .flag(let flag): .flag(flag)
      case nil: nil
      }
    return .object(
      [.init("anyOf", [single, ["type": "array", "minItems": 1, "uniqueItems": true, "items": single]])]
        + (usual.map { [.init("default", $0)] } ?? []) + [.init("description", .text(description))])
  }
}
