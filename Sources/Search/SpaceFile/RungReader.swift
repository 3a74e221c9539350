import Configuration
import Text

extension SpaceFileReader {
  /// Rungs from cheap to dear.
  mutating func rungs(_ place: JSONPlace) -> [Rung] {
    let places = place.list(of: "rungs", count: 1...16, &problems) ?? []
    var rungs: [Rung] = []
    for (index, place) in places.enumerated() {
      guard
        let rung = rung(
          place, isLast: index == places.count - 1, corpus: rungs.last { $0.kind.corpus != nil }?.kind.corpus)
      else { continue }
      if let before = rungs.last, before.kind.order > rung.kind.order {
        problems.add(place.path, "rungs go from cheap to dear: \(rung.kind.name) must come before \(before.kind.name)")
      }
      rungs.append(rung)
    }
    return rungs
  }

  private mutating func rung(_ place: JSONPlace, isLast: Bool, corpus: String?) -> Rung? {
    let kinds = ["mad", "perplexity", "isoflop"]
    guard let object = keyed(place, kinds + ["promote"], &problems) else { return nil }
    let given = kinds.filter { object[$0] != nil }
    guard given.count == 1, let place = object[given[0]] else {
      problems.add(
        object.path,
        "a rung has one of \(kinds.joined(separator: ", ")), found "
          + (given.isEmpty ? "none" : given.joined(separator: " and ")))
      return nil
    }
    var promote = object["promote"]?.number(in: 0...1, &problems)
    if promote == 0, let place = object["promote"] {
      problems.add(place.path, "it must be above 0: nothing would reach the next rung")
    }
    if isLast, let place = object["promote"] {
      problems.add(place.path, "no rung comes after this one")
      promote = nil
    }
    if !isLast, object["promote"] == nil {
      problems.add(
        object.path, "the key 'promote' is missing: the share of the candidates that goes on to the next rung")
    }
    let kind: Rung.Kind? =
      switch given[0] {
      case "mad": mad(place)
      case "perplexity": perplexity(place)
      default: isoflop(place, before: corpus)
      }
    return kind.map { Rung($0, promote: promote) }
  }

  private mutating func mad(_ place: JSONPlace) -> Rung.Kind? {
    guard let object = keyed(place, ["protocol", "dim"], &problems) else { return nil }
    let dim = object["dim"]?.integer(in: 1...16_384, &problems)
    guard let place = object.required("protocol", &problems), let name = place.text(&problems) else { return nil }
    guard names.protocols.contains(name) || name.hasSuffix(".json") else {
      let known = names.protocols.joined(separator: ", ")
      problems.add(
        place.path,
        "it must be one of \(known) or the name of a .json file, found '\(name)'\(nearest(name, names.protocols))")
      return nil
    }
    return .mad(protocol: name, dim: dim)
  }

  private mutating func perplexity(_ place: JSONPlace) -> Rung.Kind? {
    guard let object = keyed(place, ["corpus", "dim", "length", "tokens", "flops"], &problems) else { return nil }
    let corpus = object["corpus"].map { $0.text(&problems) ?? "" } ?? PerplexityRung.standardCorpus
    let dim = object["dim"].map { $0.integer(in: 1...16_384, &problems) ?? 1 } ?? PerplexityRung.standardDim
    let length = length(object)
    let tokens = object["tokens"]?.integer(in: 1...1_000_000_000_000, &problems)
    let flops = object["flops"]?.number(in: 1e6...1e25, &problems)
    guard (object["tokens"] == nil) != (object["flops"] == nil) else {
      let found = object["tokens"] == nil ? "none" : "both"
      problems.add(object.path, "a training has either tokens or flops, found \(found)")
      return nil
    }
    let amount = tokens.map(PerplexityRung.Amount.tokens) ?? flops.map(PerplexityRung.Amount.flops)
    return amount.map { .perplexity(PerplexityRung(corpus: corpus, dim: dim, length: length, amount: $0)) }
  }

  /// - Parameter before: the corpus of the rung before, which counts unless another is given.
  private mutating func isoflop(_ place: JSONPlace, before: String?) -> Rung.Kind? {
    guard let object = keyed(place, ["corpus", "length", "budgets", "sizes", "target"], &problems) else { return nil }
    let corpus = object["corpus"].map { $0.text(&problems) ?? "" } ?? before ?? PerplexityRung.standardCorpus
    let length = length(object)
    var budgets: [Double] = []
    for place in object.required("budgets", &problems)?.list(of: "budgets", count: 1...100, &problems) ?? [] {
      guard let budget = place.number(in: 1e6...1e25, &problems) else { continue }
      if let last = budgets.last, budget <= last {
        problems.add(place.path, "budgets must grow, found \(place.value.summary) after \(NumberText.short(last))")
      }
      budgets.append(budget)
    }
    let sizes = object["sizes"].map { $0.integer(in: 3...100, &problems) ?? 4 } ?? 4
    let target = object["target"]?.number(in: 1e6...1e27, &problems)
    return budgets.isEmpty
      ? nil
      : .isoflop(IsoFLOPRung(corpus: corpus, length: length, budgets: budgets, sizes: sizes, target: target))
  }

  private mutating func length(_ object: JSONObject) -> Int {
    object["length"].map { $0.integer(in: Rung.lengths, &problems) ?? 1 } ?? Rung.standardLength
  }
}

extension Rung.Kind {
  var order: Int {
    switch self {
    case .mad: 0
    case .perplexity: 1
    case .isoflop: 2
    }
  }
}
