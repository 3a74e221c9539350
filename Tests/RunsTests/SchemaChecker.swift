import Configuration
import Foundation
import Text

/// Checks JSON values against the part of JSON Schema (draft 7) that the space's schema uses.
struct SchemaChecker {
  let root: JSONValue

  func accepts(_ value: JSONValue) -> Bool { accepts(value, root) }

  private func member(_ object: JSONValue, _ key: String) -> JSONValue? {
    guard case .object(let members) = object else { return nil }
    return members.first { $0.key == key }?.value
  }

  private func list(_ value: JSONValue?) -> [JSONValue] {
    if case .list(let values)? = value { values } else { [] }
  }

  private func number(_ value: JSONValue?) -> Double? {
    switch value {
    case .integer(let number)?: Double(number)
    case .number(let number)?: number
    default: nil
    }
  }

  private func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    guard case .object(let keywords) = schema else { return schema == .flag(true) }
    return keywords.allSatisfy { accepts(value, keyword: $0.key, $0.value, schema) }
  }

  private func accepts(_ value: JSONValue, keyword: String, _ argument: JSONValue, _ schema: JSONValue) -> Bool {
    switch keyword {
    case "$schema", "title", "description", "default", "definitions", "then": return true
    case "type":
      let names = list(argument).isEmpty ? [argument] : list(argument)
      return names.contains { isOf($0, value) }
    case "enum": return list(argument).contains(value)
    case "const": return value == argument
    case "$ref":
      guard case .text(let reference) = argument, let definitions = member(root, "definitions") else { return false }
      return member(definitions, String(reference.dropFirst("#/definitions/".count))).map { accepts(value, $0) }
        ?? false
    case "anyOf": return list(argument).contains { accepts(value, $0) }
    case "oneOf": return list(argument).count { accepts(value, $0) } == 1
    case "allOf": return list(argument).allSatisfy { accepts(value, $0) }
    case "if": return !accepts(value, argument) || member(schema, "then").map { accepts(value, $0) } ?? true
    case "minimum": return number(value).map { $0 >= number(argument) ?? 0 } ?? true
    case "maximum": return number(value).map { $0 <= number(argument) ?? 0 } ?? true
    case "exclusiveMinimum": return number(value).map { $0 > number(argument) ?? 0 } ?? true
    case "pattern":
      guard case .text(let text) = value, case .text(let pattern) = argument else { return true }
      return text.range(of: pattern, options: .regularExpression) != nil
    default: return accepts(container: value, keyword: keyword, argument, schema)
    }
  }

  private func accepts(
    container value: JSONValue, keyword: String, _ argument: JSONValue, _ schema: JSONValue
  ) -> Bool {
    switch (value, keyword) {
    case (.list(let values), "items"): return values.allSatisfy { accepts($0, argument) }
    case (.list(let values), "minItems"): return Double(values.count) >= number(argument) ?? 0
    case (.list(let values), "maxItems"): return Double(values.count) <= number(argument) ?? 0
    case (.list(let values), "uniqueItems"): return Set(values).count == values.count
    case (.object(let members), "required"):
      return list(argument).allSatisfy { key in members.contains { .text($0.key) == key } }
    case (.object(let members), "minProperties"): return Double(members.count) >= number(argument) ?? 0
    case (.object(let members), "maxProperties"): return Double(members.count) <= number(argument) ?? 0
    case (.object(let members), "propertyNames"): return members.allSatisfy { accepts(.text($0.key), argument) }
    case (.object(let members), "properties"):
      return members.allSatisfy { own in member(argument, own.key).map { accepts(own.value, $0) } ?? true }
    case (.object(let members), "additionalProperties"):
      let known = member(schema, "properties") ?? [:]
      return members.allSatisfy { member(known, $0.key) != nil || accepts($0.value, argument) }
    case (_, "items"), (_, "minItems"), (_, "maxItems"), (_, "uniqueItems"), (_, "required"), (_, "properties"),
      (_, "additionalProperties"), (_, "minProperties"), (_, "maxProperties"), (_, "propertyNames"):
      return true
    // A keyword that this checker does not know must not pass unnoticed.
    default: return false
    }
  }

  private func isOf(_ type: JSONValue, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .list), ("string", .text), ("boolean", .flag), ("null", .null),
      ("integer", .integer), ("number", .integer), ("number", .number):
      true
    default: false
    }
  }
}
