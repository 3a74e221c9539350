import Configuration
import Foundation
import Text

extension SpaceFile {
  /// The text of a file that says the same, every default written out.
  public var text: String { json.text }

  /// The space as JSON, in the form that `init(_:)` reads.
  public var json: JSONValue {
    .object(
      members([
        ("name", .text(name)), ("description", summary.map(JSONValue.text)), ("model", model.json),
        ("grammar", grammar.json), ("constraints", constraints.json),
        ("objectives", .list(objectives.map { .text($0.rawValue) })), ("normalize", normalize.json),
        ("rungs", .list(rungs.map(\.json))), ("search", search.json),
        ("seed-with", .list(seedWith.map(JSONValue.text))), ("seed", .integer(Int(clamping: seed))),
      ]))
  }
}

/// Those that have a value.
private func members(_ list: [(String, JSONValue?)]) -> [JSONValue.Member] {
  list.compactMap { key, value in value.map { JSONValue.Member(key, $0) } }
}

private func object(_ list: [(String, JSONValue?)]) -> JSONValue { .object(members(list)) }

/// A whole number where it is one.
private func number(_ value: Double) -> JSONValue {
  Int(exactly: value).map(JSONValue.integer) ?? .number(value)
}

extension ModelSettings {
  fileprivate var json: JSONValue {
    object([
      ("dim", .integer(dim)), ("context", context.map(JSONValue.integer)),
      ("max-length", maxLength.map(JSONValue.integer)), ("vocabulary", .integer(vocabulary)),
    ])
  }
}

extension Bounds {
  fileprivate func json(_ more: [(String, JSONValue?)] = []) -> JSONValue {
    object([("min", min.map(number)), ("max", max.map(number))] + more)
  }
}

extension ConstraintsFile {
  fileprivate var json: JSONValue {
    object([
      ("parameters", parameters?.json()),
      ("state", state?.json([("context", stateContext.map(JSONValue.integer))])),
      ("flops", flops?.json()), ("layers", layers?.json()),
      ("share", shares.isEmpty ? nil : .object(shares.map { .init($0.name, $0.bounds.json()) })),
    ])
  }
}

extension NormalizeSettings {
  fileprivate var json: JSONValue {
    object([("state", state.map(JSONValue.integer)), ("parameters", parameters.map(JSONValue.integer))])
  }
}

extension Rung {
  fileprivate var json: JSONValue {
    let settings =
      switch kind {
      case .mad(let name, let dim): object([("protocol", .text(name)), ("dim", dim.map(JSONValue.integer))])
      case .perplexity(let rung):
        object([
          ("corpus", .text(rung.corpus)), ("dim", .integer(rung.dim)), ("length", .integer(rung.length)),
          rung.amount.json,
        ])
      case .isoflop(let rung):
        object([
          ("corpus", .text(rung.corpus)), ("length", .integer(rung.length)),
          ("budgets", .list(rung.budgets.map(number))), ("sizes", .integer(rung.sizes)),
          ("target", number(rung.target)),
        ])
      }
    return object([(kind.name, settings), ("promote", promote.map(number))])
  }
}

extension PerplexityRung.Amount {
  fileprivate var json: (String, JSONValue?) {
    switch self {
    case .tokens(let tokens): ("tokens", .integer(tokens))
    case .flops(let flops): ("flops", number(flops))
    }
  }
}

extension SearchSettings {
  fileprivate var json: JSONValue {
    object([
      ("strategy", .text(strategy)), ("population", .integer(population)), ("candidates", .integer(candidates)),
      ("hours", hours.map(number)), ("core-hours", coreHours.map(number)), ("batch", .integer(batch)),
      ("replicates", .integer(replicates)), ("sampling", .text(sampling.rawValue)),
    ])
  }
}

extension GrammarFile {
  fileprivate var json: JSONValue {
    object([("start", .text(start)), ("rules", .object(rules.map { .init($0.name, $0.rule.json) }))])
  }
}

extension RuleFile {
  fileprivate var json: JSONValue {
    let list: [(String, JSONValue?)]
    switch body {
    case .name(let name): return .text(name)
    case .empty: list = [("empty", true)]
    case .sequence(let rules): list = [("sequence", .list(rules.map(\.json)))]
    case .parallel(let rules): list = [("parallel", .list(rules.map(\.json)))]
    case .choice(let rules, let weights):
      list = [("choice", .list(rules.map(\.json))), ("weights", weights.map { .list($0.map(number)) })]
    case .repetition(let rule, let least, let most):
      list = [
        ("repeat", rule.json), ("times", least == most ? .integer(least) : .list([.integer(least), .integer(most)])),
      ]
    case .primitive(let name, let options):
      let given = options.map { option in
        JSONValue.Member(
          option.name, option.isList || option.values.count != 1 ? .list(option.values) : option.values[0])
      }
      list = [("primitive", .text(name)), ("options", given.isEmpty ? nil : .object(given))]
    }
    return object(list + [("depth", depth.map(JSONValue.integer))])
  }
}

/// A space is stored as the text of a file.
extension SpaceFile: Codable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do {
      self = try SpaceFile(parsing: Data(container.decode(String.self).utf8))
    } catch let errors as ConfigurationErrors {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: errors.description)
    }
  }
}
