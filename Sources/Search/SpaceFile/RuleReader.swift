import Configuration

extension SpaceFileReader {
  static let ruleKinds = ["sequence", "choice", "repeat", "primitive", "parallel", "empty"]

  mutating func grammar(_ place: JSONPlace) -> GrammarFile? {
    guard let object = keyed(place, ["start", "rules"], &problems) else { return nil }
    let start = object.required("start", &problems)?.text(&problems)
    guard let place = object.required("rules", &problems),
      let rules = JSONObject(place, "an object of rules", &problems)
    else { return nil }
    if rules.members.isEmpty { problems.add(place.path, "a grammar needs at least one rule") }
    if rules.members.count > 10_000 { problems.add(place.path, "a grammar has at most 10000 rules") }
    var entries: [GrammarFile.Entry] = []
    for (name, place) in rules.members {
      let isPlain = name.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789._+-".unicodeScalars.contains($0))
      }
      if !isPlain || name.isEmpty {
        problems.add(
          place.path, "the name of a rule consists of letters, digits, '.', '_', '+' and '-', found '\(name)'")
      }
      if let rule = rule(place, depth: 0) { entries.append(.init(name, rule)) }
    }
    return start.map { GrammarFile(start: $0, rules: entries) }
  }

  private mutating func rule(_ place: JSONPlace, depth: Int) -> RuleFile? {
    guard depth < 50 else {
      problems.add(place.path, "rules are nested more than 50 deep; give some of them names")
      return nil
    }
    if case .text(let name) = place.value { return RuleFile(.name(name)) }
    guard case .object(let members) = place.value else {
      place.expected("a rule: a name, a layout or an object", &problems)
      return nil
    }
    let kinds = Self.ruleKinds.filter { kind in members.contains { $0.key == kind } }
    guard kinds.count == 1 else {
      let all = Self.ruleKinds.joined(separator: ", ")
      let close = kinds.isEmpty ? members.map { nearest($0.key, Self.ruleKinds) }.first { !$0.isEmpty } ?? "" : ""
      problems.add(
        place.path,
        "a rule has one of the keys \(all), found "
          + (kinds.isEmpty
            ? (members.isEmpty ? "none" : members.map { "'\($0.key)'" }.joined(separator: ", "))
            : kinds.joined(separator: " and ")) + close)
      return nil
    }
    let extra: [String] =
      switch kinds[0] {
      case "choice": ["weights"]
      case "repeat": ["times"]
      case "primitive": ["options"]
      default: []
      }
    guard let object = keyed(place, [kinds[0]] + extra + ["depth"], &problems), let body = object[kinds[0]] else {
      return nil
    }
    let bound = object["depth"]?.integer(in: 1...100, &problems)
    let read: RuleFile.Body? =
      switch kinds[0] {
      case "sequence": rules(body, depth).map(RuleFile.Body.sequence)
      case "parallel": rules(body, depth).map(RuleFile.Body.parallel)
      case "choice": choice(body, object["weights"], depth)
      case "repeat": repetition(body, object, depth)
      case "primitive": primitive(body, object["options"])
      default: empty(body)
      }
    return read.map { RuleFile($0, depth: bound) }
  }

  private mutating func rules(_ place: JSONPlace, _ depth: Int) -> [RuleFile]? {
    guard let places = place.list(of: "rules", count: 1...10_000, &problems) else { return nil }
    let rules = places.map { rule($0, depth: depth + 1) }
    return rules.contains { $0 == nil } ? nil : rules.compactMap { $0 }
  }

  private mutating func choice(_ place: JSONPlace, _ weights: JSONPlace?, _ depth: Int) -> RuleFile.Body? {
    let alternatives = rules(place, depth)
    guard let weights else { return alternatives.map { .choice($0, weights: nil) } }
    guard let places = weights.list(of: "weights", count: 0...Int.max, &problems) else { return nil }
    if case .list(let values) = place.value, values.count != places.count {
      problems.add(
        weights.path, "there must be one weight for each of the \(values.count) alternatives, found \(places.count)")
      return nil
    }
    let numbers = places.map { $0.number(in: 0...1e9, &problems) }
    guard !numbers.contains(nil) else { return nil }
    let values = numbers.compactMap { $0 }
    guard values.contains(where: { $0 > 0 }) else {
      problems.add(weights.path, "at least one weight must be above 0")
      return nil
    }
    return alternatives.map { .choice($0, weights: values) }
  }

  private mutating func repetition(_ place: JSONPlace, _ object: JSONObject, _ depth: Int) -> RuleFile.Body? {
    let body = rule(place, depth: depth + 1)
    guard let times = object.required("times", &problems) else { return nil }
    if case .list = times.value {
      guard let places = times.list(of: "numbers", count: 2...2, &problems) else { return nil }
      let bounds = places.map { $0.integer(in: 0...1024, &problems) }
      guard let least = bounds[0], let most = bounds[1], let body else { return nil }
      guard least <= most else {
        problems.add(times.path, "the first number must be at most the second, found [\(least), \(most)]")
        return nil
      }
      return .repetition(body, least: least, most: most)
    }
    guard case .integer = times.value else {
      times.expected("a whole number or a list of two, least and most", &problems)
      return nil
    }
    guard let count = times.integer(in: 0...1024, &problems), let body else { return nil }
    return .repetition(body, least: count, most: count)
  }

  private mutating func primitive(_ place: JSONPlace, _ options: JSONPlace?) -> RuleFile.Body? {
    let name = place.text(&problems)
    var list: [RuleFile.Option] = []
    if let options {
      guard let object = JSONObject(options, "an object of options", &problems) else { return nil }
      for (key, place) in object.members {
        if case .list = place.value {
          let values = place.list(of: "values", count: 1...10_000, &problems) ?? []
          list.append(.init(key, values.map(\.value)))
        } else {
          list.append(.init(key, [place.value], isList: false))
        }
      }
    }
    return name.map { .primitive($0, options: list) }
  }

  private mutating func empty(_ place: JSONPlace) -> RuleFile.Body? {
    guard case .flag(true) = place.value else {
      place.expected("true", &problems)
      return nil
    }
    return .empty
  }
}
