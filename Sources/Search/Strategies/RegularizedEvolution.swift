import Engine

/// Aging evolution: the parent is a non-dominated member of a random sample of the population, the child replaces the
/// oldest, however good that is.
public struct RegularizedEvolution<Domain: SearchDomain>: SearchStrategy {
  public static var name: String { "regularized-evolution" }
  public static var summary: String { "aging evolution: tournaments among the youngest, one edit a child" }
  public static var source: String { "Real et al. 2019, arXiv 1802.01548" }

  private static var defaultPopulation: Int { 50 }

  private var archive: SearchArchive<Domain>
  private var random: RandomStream
  private let size: Int
  /// Fresh samples that are still to be asked before breeding starts.
  private var fresh: Int
  /// Places in the archive, the oldest first.
  private var population: [Int] = []

  public init(_ domain: Domain, settings: StrategySettings) {
    archive = SearchArchive(domain)
    random = RandomStream(seed: settings.seed, "strategy", "regularized-evolution")
    size = max(settings.population ?? Self.defaultPopulation, 2)
    fresh = size
  }

  public mutating func ask(_ count: Int) -> [Domain.Candidate] {
    (0..<count).compactMap { _ in
      fresh -= 1
      let candidates = fresh < 0 ? contest() : []
      guard !candidates.isEmpty else { return archive.fresh(using: &random) }
      let domain = archive.domain
      return archive.fresh(using: &random) { random in
        domain.child(of: candidates[random.integer(below: candidates.count)], edits: 1, using: &random)
      }
    }
  }

  /// The winners of a tournament of a fifth of the population.
  private mutating func contest() -> [Domain.Candidate] {
    guard !population.isEmpty else { return [] }
    let contestants = (0..<max(size / 5, 2)).map { _ in population[random.integer(below: population.count)] }
    return archive.nonDominated(Set(contestants).sorted()).map { archive.entries[$0].candidate }
  }

  public mutating func tell(_ observations: [Observation<Domain.Candidate>]) {
    population = Array((population + archive.record(observations)).suffix(size))
  }

  public var front: [FrontMember<Domain.Candidate>] { archive.front }
}
