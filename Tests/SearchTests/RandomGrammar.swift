import Engine
import Foundation
import Search

/// A random small grammar as the JSON of a space file, and its language by brute force.
struct RandomGrammar {
  /// A rule as the tests understand it, apart from the library.
  indirect enum Rule {
    case name(String)
    /// Texts of one layer each.
    case layers([String])
    case primitive(String, option: String, values: [Int])
    case sequence([Rule])
    case choice([Rule], weights: [Int]?)
    case repetition(Rule, ClosedRange<Int>)
    case parallel([Rule])
    case empty

    var json: String {
      switch self {
      case .name(let name): "\"\(name)\""
      case .layers(let texts): "\"\(texts.joined(separator: " "))\""
      case .primitive(let name, let option, let values):
        "{ \"primitive\": \"\(name)\", \"options\": { \"\(option)\": \(values) } }"
      case .sequence(let rules): "{ \"sequence\": [\(Self.list(rules))] }"
      case .parallel(let rules): "{ \"parallel\": [\(Self.list(rules))] }"
      case .choice(let rules, let weights):
        "{ \"choice\": [\(Self.list(rules))]\(weights.map { ", \"weights\": \($0)" } ?? "") }"
      case .repetition(let rule, let times):
        "{ \"repeat\": \(rule.json), \"times\": [\(times.lowerBound), \(times.upperBound)] }"
      case .empty: "{ \"empty\": true }"
      }
    }

    private static func list(_ rules: [Rule]) -> String { rules.map(\.json).joined(separator: ", ") }
  }

  /// Later rules are used by earlier ones only, except that `recursion` leads back to itself with a depth.
  private(set) var rules: [(name: String, rule: Rule, depth: Int?)] = []

  init(_ random: inout RandomStream) {
    let count = 2 + random.integer(below: 3)
    for index in 0..<count {
      let later = (index + 1..<count).map { "rule\($0)" }
      rules.append(("rule\(index)", Self.rule(&random, later: later, level: 0), nil))
    }
    // Every rule is used.
    for index in 1..<count where !rules[..<index].contains(where: { $0.rule.json.contains("\"rule\(index)\"") }) {
      rules[0].rule = .sequence([rules[0].rule, .name("rule\(index)")])
    }
    if random.integer(below: 3) == 0 {
      let body: [Rule] =
        random.integer(below: 2) == 0
        ? [.layers(["mlp"]), .name("recursion")] : [.name("recursion"), .layers(["swiglu"]), .name("recursion")]
      rules.append(
        ("recursion", .choice([.sequence(body), .layers(["mlp"])], weights: nil), 1 + random.integer(below: 3)))
      rules[0].rule = .sequence([rules[0].rule, .name("recursion")])
    }
  }

  private static func rule(_ random: inout RandomStream, later: [String], level: Int) -> Rule {
    func inner(_ random: inout RandomStream) -> Rule { rule(&random, later: later, level: level + 1) }
    if level < 3, random.integer(below: 3) > 0 {
      switch random.integer(below: 4) {
      case 0: return .sequence((0...random.integer(below: 2)).map { _ in inner(&random) })
      case 1:
        let rules = (0...random.integer(below: 3)).map { _ in inner(&random) }
        let weights = rules.map { _ in random.integer(below: 4) }
        return .choice(rules, weights: weights.contains { $0 > 0 } && random.integer(below: 2) == 0 ? weights : nil)
      case 2:
        let least = random.integer(below: 2)
        return .repetition(inner(&random), least...(least + random.integer(below: 3)))
      default:
        let members = (0...1).map { _ in
          Rule.choice([leaf(&random), random.integer(below: 3) == 0 ? .empty : leaf(&random)], weights: nil)
        }
        return .parallel(members)
      }
    }
    if !later.isEmpty, random.integer(below: 2) == 0 { return .name(later[random.integer(below: later.count)]) }
    return random.integer(below: 5) == 0 ? .empty : leaf(&random)
  }

  private static func leaf(_ random: inout RandomStream) -> Rule {
    switch random.integer(below: 5) {
    case 0: .layers(["mlp"])
    case 1: .layers(["swiglu"])
    case 2: .layers(["mamba"])
    case 3: .primitive("mamba", option: "d_state", values: [[2], [2, 4], [2, 4, 8]][random.integer(below: 3)])
    default: .primitive("gated-short-conv", option: "kernel", values: [3, 4])
    }
  }

  var json: String {
    let list = rules.map { entry in
      var json = entry.rule.json
      if let depth = entry.depth { json = json.dropLast(1) + ", \"depth\": \(depth) }" }
      return "\"\(entry.name)\": \(json)"
    }
    return list.joined(separator: ", ")
  }

  // MARK: The language

  /// More words than this are not enumerated.
  static let limit = 3000

  /// All layouts as lists of canonical layers, or none if there are too many.
  var language: Set<[String]>? { words(.name("rule0"), depth: [:]).map { $0.filter { !$0.isEmpty } } }

  private func words(_ rule: Rule, depth: [String: Int]) -> Set<[String]>? {
    func checked(_ words: Set<[String]>?) -> Set<[String]>? { words.flatMap { $0.count > Self.limit ? nil : $0 } }
    func product(_ a: Set<[String]>?, _ b: Set<[String]>?) -> Set<[String]>? {
      guard let a, let b, a.count * b.count <= 50 * Self.limit else { return nil }
      return checked(Set(a.flatMap { left in b.map { left + $0 } }))
    }
    switch rule {
    case .empty: return [[]]
    case .layers(let texts): return [texts]
    case .primitive(let name, let option, let values):
      let usual = name == "mamba" ? 4 : 3
      return Set(values.map { [$0 == usual ? name : "\(name)(\(option)=\($0))"] })
    case .name(let name):
      guard let entry = rules.first(where: { $0.name == name }) else { return [] }
      var depth = depth
      if let bound = entry.depth {
        depth[name, default: 0] += 1
        if depth[name, default: 0] > bound { return [] }
      }
      return words(entry.rule, depth: depth)
    case .sequence(let rules): return rules.reduce([[]]) { product($0, words($1, depth: depth)) }
    case .choice(let rules, let weights):
      var all: Set<[String]> = []
      for (index, rule) in rules.enumerated() where weights.map({ $0[index] > 0 }) ?? true {
        guard let words = words(rule, depth: depth) else { return nil }
        all.formUnion(words)
      }
      return checked(all)
    case .repetition(let rule, let times):
      var all: Set<[String]> = []
      let body = words(rule, depth: depth)
      var power: Set<[String]>? = [[]]
      for count in 0...times.upperBound {
        guard let words = power else { return nil }
        if times.contains(count) { all.formUnion(words) }
        if count < times.upperBound { power = product(power, body) }
      }
      return checked(all)
    case .parallel(let rules):
      let tuples = rules.reduce([[]]) { product($0, words($1, depth: depth)) }
      return tuples.map { Set($0.map { $0.isEmpty ? [] : [$0.sorted().joined(separator: "|")] }) }
    }
  }
}
