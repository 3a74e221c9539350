import Architecture
import Configuration
import Engine
import Foundation
import Layouts
import Text

/// A space of layouts to search: a grammar, what is allowed of its layouts, and how they are evaluated. Checked.
public struct Space: Sendable {
  public let file: SpaceFile
  public let constraints: [Constraint]
  let grammar: Grammar
  let meter: CostMeter
  let stateFit: StateFit?
  /// Where fresh samples are to be uniform over layouts and the automaton is not too large.
  let automaton: LayoutAutomaton?
  let guide: GuidedSampler?

  /// - Throws: `ConfigurationErrors`.
  public init(parsing data: Data, rungs formats: RungFormats) throws(ConfigurationErrors) {
    try self.init(SpaceFile(parsing: data, rungs: formats))
  }

  /// - Throws: `ConfigurationErrors`.
  public init(_ file: SpaceFile) throws(ConfigurationErrors) {
    self.file = file
    let meter = CostMeter(file)
    self.meter = meter
    stateFit = file.normalize.state.map { StateFit(target: $0, dim: meter.dim, context: meter.stateContext) }
    grammar = try Grammar(file.grammar, meter: meter, stateFit: stateFit)
    automaton = file.search.sampling == .layouts ? LayoutAutomaton(grammar) : nil
    let constraints = try Self.constraints(file, grammar)
    self.constraints = constraints
    guide = GuidedSampler(grammar, constraints.filter { $0.isLinear(in: file) })
    try checkConstraints()
    try checkSeeds()
  }

  /// Tokens at which FLOPs are counted, and those at which the state is.
  public var context: Int { meter.context }
  public var stateContext: Int { meter.stateContext }
  /// The longest sequence that models are made for.
  public var maxLength: Int { meter.maxLength }
  /// The least and most layers of the grammar's layouts.
  public var layers: ClosedRange<Int> { grammar.states[grammar.start].layers }

  /// All primitives in the layouts of the grammar.
  public var primitives: [LayerPrimitive] {
    var seen: Set<String> = []
    return grammar.symbols.symbols.flatMap(\.members).filter { seen.insert($0.canonical).inserted }
  }

  private static func constraints(
    _ file: SpaceFile, _ grammar: Grammar
  ) throws(ConfigurationErrors) -> [Constraint] {
    let given = file.constraints
    var constraints: [Constraint] = []
    let costs: [(Constraint.Quantity, Bounds?)] = [
      (.layers, given.layers), (.parameters, given.parameters), (.state, given.state?.bounds), (.flops, given.flops),
    ]
    for (quantity, bounds) in costs {
      if let bounds {
        constraints.append(.init(quantity: quantity, bounds: bounds, path: "$.constraints.\(quantity)", share: nil))
      }
    }
    var problems = Problems()
    for share in given.shares {
      let path = ConfigurationError.path("$.constraints.share", share.name)
      let counter: ShareCounter
      if let rule = grammar.rules[share.name] {
        counter = ShareCounter(primitives: grammar.primitives(of: rule))
      } else if let found = try? Primitives.named(share.name) {
        counter = ShareCounter(primitive: found.type.specification)
      } else {
        let known = file.grammar.rules.map(\.name) + Primitives.all.map { $0.specification.name }
        problems.add(
          path,
          "there is no rule or primitive '\(share.name)'"
            + suggestion(for: share.name, among: known, otherwise: "there are"))
        continue
      }
      constraints.append(.init(quantity: .share(share.name), bounds: share.bounds, path: path, share: counter))
    }
    try problems.check()
    return constraints
  }

  /// Seeds that are layouts must be so; names are looked up by who knows the hybrids, files are read by who has them.
  private func checkSeeds() throws(ConfigurationErrors) {
    var problems = Problems()
    for (index, seed) in file.seedWith.enumerated()
    where !seed.isWord && !seed.hasPrefix(KnownHybrids.prefix) && !seed.hasPrefix("@") {
      do {
        _ = try meter.layout(try LayoutText(seed).layout)
      } catch let error as NotationError {
        problems.add("$.seed-with[\(index)]", "it is not a layout, \(error.place): \(error.message)")
      } catch {
        problems.add("$.seed-with[\(index)]", "\(error)")
      }
    }
    try problems.check()
  }
}

extension String {
  /// Whether it may be the name of a rule, a primitive or a hybrid.
  var isWord: Bool {
    !isEmpty
      && unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789._+-".unicodeScalars.contains($0) }
  }
}

extension Grammar {
  /// All primitives in the layers that a rule can derive.
  func primitives(of rule: Int) -> [LayerPrimitive] {
    var found: [String: LayerPrimitive] = [:]
    var seen: Set<Int> = []
    var open = states.indices.filter { states[$0].node == rule }
    func add(_ ids: [Int]) {
      for member in ids.flatMap({ symbols[$0].members }) { found[member.canonical] = member }
    }
    while let state = open.popLast() {
      guard seen.insert(state).inserted else { continue }
      switch states[state].kind {
      case .fixed(let symbols): add(symbols)
      case .primitive(let symbols): add(symbols.compactMap { $0 })
      case .sequence(let parts), .parallel(let parts, _): open += parts
      case .choice(let parts, _): open += parts.compactMap { $0 }
      case .repetition(let body, _): open += body.map { [$0] } ?? []
      }
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }
}
