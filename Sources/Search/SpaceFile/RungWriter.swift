import Configuration

extension Rung {
  var json: JSONValue {
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
          ("budgets", .list(rung.budgets.map { JSONValue($0) })), ("sizes", .integer(rung.sizes)),
          ("target", JSONValue(rung.target)),
        ])
      }
    return object([(kind.name, settings), ("promote", promote.map { JSONValue($0) })])
  }
}

extension PerplexityRung.Amount {
  fileprivate var json: (String, JSONValue?) {
    switch self {
    case .tokens(let tokens): ("tokens", .integer(tokens))
    case .flops(let flops): ("flops", JSONValue(flops))
    }
  }
}

/// Those that have a value.
private func object(_ list: [(String, JSONValue?)]) -> JSONValue {
  .object(list.compactMap { key, value in value.map { JSONValue.Member(key, $0) } })
}
