/// The strategies by name.
public enum StrategyKind: String, Sendable, CaseIterable {
  case evolution
  case nsga2
  case regularizedEvolution = "regularized-evolution"
  case local
  case random

  /// Of a run that says nothing else.
  public static let standard = StrategyKind.evolution

  public func make<Domain: SearchDomain>(
    _ domain: Domain, settings: StrategySettings
  ) -> any SearchStrategy<Domain> { type(for: Domain.self).init(domain, settings: settings) }

  /// One sentence.
  public var summary: String { type(for: SpaceDomain.self).summary }

  /// Where it is described.
  public var source: String { type(for: SpaceDomain.self).source }

  private func type<Domain: SearchDomain>(for domain: Domain.Type) -> any SearchStrategy<Domain>.Type {
    switch self {
    case .evolution: SurrogateEvolution<Domain>.self
    case .random: RandomSearch<Domain>.self
    case .regularizedEvolution: RegularizedEvolution<Domain>.self
    case .nsga2: NSGA2<Domain>.self
    case .local: ParetoLocalSearch<Domain>.self
    }
  }
}
