import Architecture
import Engine
import Layouts

/// A layout of the space with what it costs.
public struct Proposal: Sendable {
  public let layout: Layout
  /// How the grammar derives it; none for a seed outside the grammar.
  public let derivation: Derivation?
  public let costs: CostSummary
  /// The constraints that it does not meet.
  public let violations: [Constraint.Violation]

  public var isFeasible: Bool { violations.isEmpty }
  /// How far beyond the constraints it lies in all; 0 if it is feasible.
  public var excess: Double { violations.reduce(0) { $0 + $1.excess } }
}

extension Space {
  /// How often a draw is repeated until it meets the constraints.
  static let maximumAttempts = 2000
  private static let blindAttempts = 200

  /// What a layout costs as a model of the space's size.
  /// - Throws: `LayerError` or `ArchitectureError` if it cannot be built at this size.
  public func costs(of layout: Layout) throws -> CostSummary { try meter.layout(layout) }

  /// The same at another width.
  public func costs(of layout: Layout, dim: Int) throws -> CostSummary {
    var file = file
    file.model.dim = dim
    return try CostMeter(file).layout(layout)
  }

  /// The constraints that a layout of these costs does not meet.
  public func violations(_ layout: Layout, _ costs: CostSummary) -> [Constraint.Violation] {
    violations((word(layout) == nil ? unfitted(layout) ?? layout : layout).layers, costs)
  }

  /// - Parameter layers: as the grammar has them, before channel mixers were scaled: shares of rules count those.
  private func violations(_ layers: [[LayerPrimitive]], _ costs: CostSummary) -> [Constraint.Violation] {
    constraints.compactMap { $0.violation(layers, costs) }
  }

  /// The layout of a derivation, normalised as the space asks.
  /// - Throws: `ArchitectureError.invalidModel` if it has no layers.
  public func layout(of derivation: Derivation) throws -> Layout {
    try fitted(Layout(grammar.word(derivation).map { grammar.symbols[$0].members })).layout
  }

  /// A layout from outside, e.g. a seed, with its costs.
  /// - Throws: `LayerError` or `ArchitectureError` if it cannot be built at this size.
  public func proposal(of layout: Layout) throws -> Proposal {
    let costs = try costs(of: layout)
    return Proposal(layout: layout, derivation: nil, costs: costs, violations: violations(layout, costs))
  }

  /// The same with its derivation, if the grammar derives it.
  /// - Throws: `LayerError` or `ArchitectureError` if it cannot be built at this size.
  public func proposal(inGrammar layout: Layout) throws -> Proposal {
    if let derivation = parse(layout), let proposal = proposal(of: derivation), proposal.layout == layout {
      return proposal
    }
    return try proposal(of: layout)
  }

  /// The layout of a derivation with its costs; none if it has no layers.
  public func proposal(of derivation: Derivation) -> Proposal? {
    let word = grammar.word(derivation)
    let members = word.map { grammar.symbols[$0].members }
    guard let plain = try? Layout(members) else { return nil }
    if file.normalize.parameters == nil {
      let costs = word.reduce(meter.surroundings) { $0 + grammar.symbols[$1].costs }
      return Proposal(layout: plain, derivation: derivation, costs: costs, violations: violations(members, costs))
    }
    guard let (layout, costs) = try? fitted(plain) else { return nil }
    return Proposal(
      layout: layout, derivation: derivation, costs: costs, violations: violations(members, costs))
  }

  /// A layout that meets the constraints: uniform over choices or over layouts, as the space asks. Where the constraints
  /// are so tight that many draws fail, draws are guided by them, and not uniform.
  /// - Returns: none if no draw of many meets them.
  public func sample(using random: inout RandomStream) -> Proposal? {
    for attempt in 0..<Self.maximumAttempts {
      let isGuided = attempt >= Self.blindAttempts
      guard let derivation = isGuided ? guide?.derivation(using: &random) : draw(using: &random) else { continue }
      if let proposal = proposal(of: derivation), proposal.isFeasible { return proposal }
    }
    return nil
  }

  /// A derivation, whatever its costs.
  func draw(using random: inout RandomStream) -> Derivation? {
    guard file.search.sampling == .layouts else { return Sampler(grammar).derivation(using: &random) }
    if let automaton { return LayoutParser(grammar, automaton.word(using: &random)).derivation() }
    // Uniform over derivations, and then over layouts by taking each in inverse proportion to its derivations.
    let sampler = Sampler(grammar, .derivations)
    for _ in 0..<Self.maximumAttempts {
      let derivation = sampler.derivation(using: &random)
      if random.uniform() * LayoutParser(grammar, grammar.word(derivation)).derivations < 1 { return derivation }
    }
    return nil
  }
}
