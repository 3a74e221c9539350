import Architecture
import Configuration
import Layouts
import Text

/// Makes nodes of the rules of a file: names become references, primitives become layers.
struct GrammarBuilder {
  /// More combinations of option values than this in one rule are an error.
  static let maximumCombinations = 4096

  private let file: GrammarFile
  private let rules: [String: RuleFile]
  private let stateFit: StateFit?
  private(set) var symbols: SymbolTable
  private(set) var nodes: [Grammar.Node] = []
  private(set) var ids: [String: Int] = [:]
  private var waiting: [(id: Int, name: String, rule: RuleFile)] = []
  private var layouts: [String: Int] = [:]
  var problems = Problems()

  init(_ file: GrammarFile, meter: CostMeter, stateFit: StateFit?) {
    self.file = file
    self.stateFit = stateFit
    rules = Dictionary(file.rules.map { ($0.name, $0.rule) }, uniquingKeysWith: { first, _ in first })
    symbols = SymbolTable(meter: meter)
  }

  static func path(_ rule: String) -> String { ConfigurationError.path("$.grammar.rules", rule) }

  /// Builds all rules.
  /// - Returns: the start's node, if there is one.
  mutating func build() -> Int? {
    for entry in file.rules { _ = node(ofRule: entry.name, path: []) }
    while let (id, name, rule) = waiting.popLast() {
      nodes[id].kind = kind(rule.body, name: name, path: Self.path(name)) ?? .fixed([])
    }
    guard rules[file.start] != nil else {
      problems.add(
        "$.grammar.start",
        "there is no rule '\(file.start)'"
          + suggestion(for: file.start, among: file.rules.map(\.name), otherwise: "the rules are"))
      return nil
    }
    checkReachability()
    return ids[file.start]
  }

  // MARK: Names

  /// The node of a rule, to be filled later; a rule that is only the name of another one is that one.
  private mutating func node(ofRule name: String, path: [String]) -> Int? {
    if let id = ids[name] { return id }
    guard let rule = rules[name] else { return nil }
    if case .name(let target) = rule.body {
      if path.contains(name) {
        problems.add(
          Self.path(name),
          "it refers only to itself" + (path.count > 1 ? ": " + (path + [name]).joined(separator: " → ") : "")
            + "; a primitive with the name of a rule is written { \"primitive\": \"…\" }")
        ids[name] = append(.fixed([]), name, Self.path(name))
        return ids[name]
      }
      let id =
        rules[target] == nil
        ? layout(target, name: name, path: Self.path(name)) : node(ofRule: target, path: path + [name])
      if ids[name] == nil { ids[name] = id }
      return id
    }
    let id = append(.fixed([]), name, Self.path(name), depth: rule.depth)
    ids[name] = id
    waiting.append((id, name, rule))
    return id
  }

  private mutating func append(_ kind: Grammar.Node.Kind, _ name: String, _ path: String, depth: Int? = nil) -> Int {
    nodes.append(.init(kind: kind, name: name, path: path, depth: depth))
    return nodes.count - 1
  }

  /// A layout that is written out. Equal ones are one node, so that they count as the same rule.
  private mutating func layout(_ text: String, name: String, path: String) -> Int {
    if let id = layouts[text] { return id }
    var kind = Grammar.Node.Kind.fixed([])
    do {
      let layers = try Layout(parsing: text).layers
      kind = .fixed(try layers.map { try symbols.intern($0.map { stateFit?.fit($0) ?? $0 }) })
    } catch let error as NotationError {
      let primitives = Primitives.all.flatMap { [$0.specification.name] + $0.specification.aliases.map(\.name) }
      let known = file.rules.map(\.name) + primitives
      problems.add(
        path,
        text.isWord
          ? "there is no rule or primitive '\(text)'"
            + suggestion(
              for: text, among: known, otherwise: "the rules are \(list(file.rules.map(\.name))), the primitives are")
          : "it is neither a rule nor a layout, \(error.place): \(error.message)")
    } catch {
      problems.add(path, "\(error)")
    }
    let id = append(kind, name, path)
    layouts[text] = id
    return id
  }

  private func list(_ names: [String]) -> String {
    names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
  }

  // MARK: Rules

  private mutating func node(_ rule: RuleFile, name: String, path: String) -> Int {
    if case .name(let target) = rule.body {
      return node(ofRule: target, path: []) ?? layout(target, name: name, path: path)
    }
    let kind = kind(rule.body, name: name, path: path) ?? .fixed([])
    return append(kind, name, path, depth: rule.depth)
  }

  private mutating func kind(_ body: RuleFile.Body, name: String, path: String) -> Grammar.Node.Kind? {
    switch body {
    case .name: return nil
    case .empty: return .fixed([])
    case .primitive(let primitive, let options): return self.primitive(primitive, options, path)
    case .sequence(let rules): return .sequence(nodes(rules, name, path + ".sequence"))
    case .parallel(let rules): return .parallel(nodes(rules, name, path + ".parallel"))
    case .choice(let rules, let weights):
      return .choice(
        nodes(rules, name, path + ".choice"), weights: weights ?? [Double](repeating: 1, count: rules.count))
    case .repetition(let rule, let least, let most):
      return .repetition(node(rule, name: name, path: path + ".repeat"), least...most)
    }
  }

  private mutating func nodes(_ rules: [RuleFile], _ name: String, _ path: String) -> [Int] {
    var list: [Int] = []
    for (index, rule) in rules.enumerated() { list.append(node(rule, name: name, path: "\(path)[\(index)]")) }
    return list
  }

  // MARK: Primitives

  private mutating func primitive(
    _ name: String, _ options: [RuleFile.Option], _ path: String
  ) -> Grammar.Node.Kind? {
    let found: (type: any Primitive.Type, options: [(name: String, value: OptionValue)])
    do {
      found = try Primitives.named(name)
    } catch {
      problems.add(path + ".primitive", "\(error)")
      return nil
    }
    guard let lists = values(of: options, for: found.type.specification, path + ".options") else { return nil }
    let grid = OptionGrid(counts: lists.map(\.values.count))
    guard lists.reduce(1.0, { $0 * Double($1.values.count) }) <= Double(Self.maximumCombinations) else {
      problems.add(path + ".options", "the values have more than \(Self.maximumCombinations) combinations")
      return nil
    }
    let specification = found.type.specification
    let implied = found.options.map { (specification.declaredName($0.name), $0.value) }
      .filter { pair in !lists.contains { $0.option == pair.0 } }
    var ids: [Int?] = []
    var reasons: [Int: String] = [:]
    for combination in 0..<grid.count {
      var given = implied
      for (list, digit) in zip(lists, grid.digits(combination)) {
        if let value = list.values[digit] { given.append((list.option, value)) }
      }
      do {
        let options = try OptionValues(given.map { (name: $0.0, value: $0.1) }, for: specification)
        let primitive = LayerPrimitive(type: found.type, options: options)
        let fitted = stateFit?.fit(primitive, given: Set(lists.map(\.option) + implied.map(\.0))) ?? primitive
        ids.append(try symbols.intern([fitted]))
      } catch {
        ids.append(nil)
        reasons[combination] = "\(error)"
      }
    }
    report(reasons, ids, grid, lists, path)
    return .primitive(grid, symbols: ids)
  }

  /// Values that fit in no combination are errors; combinations that do not fit are left out.
  private mutating func report(
    _ reasons: [Int: String], _ ids: [Int?], _ grid: OptionGrid,
    _ lists: [(option: String, path: String, isList: Bool, values: [OptionValue?])], _ path: String
  ) {
    guard let first = reasons.min(by: { $0.key < $1.key }) else { return }
    guard reasons.count < ids.count else {
      problems.add(lists.isEmpty ? path + ".primitive" : path + ".options", first.value)
      return
    }
    let digits = ids.indices.map { grid.digits($0) }
    for (place, list) in lists.enumerated() {
      for value in list.values.indices {
        let combinations = digits.indices.filter { digits[$0][place] == value }
        if combinations.allSatisfy({ ids[$0] == nil }), let reason = combinations.compactMap({ reasons[$0] }).first {
          problems.add(list.isList ? "\(list.path)[\(value)]" : list.path, reason)
        }
      }
    }
  }

  /// The values of each option under its declared name; none stands for the option's default.
  private mutating func values(
    of options: [RuleFile.Option], for specification: PrimitiveSpecification, _ path: String
  ) -> [(option: String, path: String, isList: Bool, values: [OptionValue?])]? {
    var lists: [(option: String, path: String, isList: Bool, values: [OptionValue?])] = []
    let before = problems.errors.count
    for option in options {
      let path = ConfigurationError.path(path, option.name)
      let name = specification.declaredName(option.name)
      guard let declared = specification.options.first(where: { $0.name == name }) else {
        let known = specification.options.map(\.name)
        problems.add(
          path, "\(ArchitectureError.unknownOption(option.name, primitive: specification.name, known: known))")
        continue
      }
      if lists.contains(where: { $0.option == name }) {
        problems.add(path, "\(ArchitectureError.repeatedOption(name, primitive: specification.name))")
      }
      var values: [OptionValue?] = []
      for (index, written) in option.values.enumerated() {
        let place = option.isList ? "\(path)[\(index)]" : path
        let value = OptionValue(written)
        guard written == .null || value.map(declared.allows) == true else {
          let error = ArchitectureError.invalidOption(
            name, primitive: specification.name, found: written.summary, allowed: declared.allowed)
          problems.add(place, "\(error)")
          continue
        }
        if values.contains(value) { problems.add(place, "\(written.summary) is given twice") }
        values.append(value)
      }
      lists.append((name, path, option.isList, values))
    }
    return problems.errors.count == before ? lists : nil
  }

  // MARK: Reachability

  private mutating func checkReachability() {
    var reached: Set<String> = []
    var open = [file.start]
    while let name = open.popLast() {
      guard reached.insert(name).inserted, let rule = rules[name] else { continue }
      open += rule.names.filter { rules[$0] != nil }
    }
    for entry in file.rules where !reached.contains(entry.name) {
      problems.add(
        Self.path(entry.name), "no rule leads here from the start '\(file.start)'; use the rule or remove it")
    }
  }
}

extension RuleFile {
  /// All names in the rule.
  var names: [String] {
    switch body {
    case .name(let name): [name]
    case .empty, .primitive: []
    case .sequence(let rules), .choice(let rules, _), .parallel(let rules): rules.flatMap(\.names)
    case .repetition(let rule, _, _): rule.names
    }
  }
}

extension PrimitiveSpecification {
  /// The declared name of an option, of which the name may be an alias.
  func declaredName(_ name: String) -> String {
    options.first { $0.name == name || $0.aliases.contains(name) }?.name ?? name
  }
}

extension OptionValue {
  init?(_ value: JSONValue) {
    switch value {
    case .integer(let number): self = .integer(number)
    case .number(let number):
      guard let whole = Int(exactly: number) else { return nil }
      self = .integer(whole)
    case .text(let word): self = .word(word)
    case .flag(let flag): self = .flag(flag)
    case .null, .list, .object: return nil
    }
  }
}
