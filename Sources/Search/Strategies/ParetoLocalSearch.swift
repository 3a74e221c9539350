import Engine

/// Explores the neighbours of non-dominated candidates, those first whose neighbours were tried least.
public struct ParetoLocalSearch<Domain: SearchDomain>: SearchStrategy {
  public static var name: String { "local" }
  public static var summary: String { "Pareto local search: one-edit neighbours of the non-dominated" }
  public static var source: String { "Paquete, Chiarandini and Stützle 2004" }

  private static var defaultPopulation: Int { 10 }

  private var archive: SearchArchive<Domain>
  private var random: RandomStream
  /// Fresh samples that are still to be asked before the walk starts.
  private var fresh: Int
  /// How often neighbours of a candidate were asked, by identity.
  private var explored: [String: Int] = [:]

  public init(_ domain: Domain, settings: StrategySettings) {
    archive = SearchArchive(domain)
    random = RandomStream(seed: settings.seed, "strategy", "local")
    fresh = max(settings.population ?? Self.defaultPopulation, 1)
  }

  public mutating func ask(_ count: Int) -> [Domain.Candidate] {
    (0..<count).compactMap { _ in
      fresh -= 1
      guard fresh < 0, let place = leastExplored() else { return archive.fresh(using: &random) }
      let (domain, parent) = (archive.domain, archive.entries[place])
      explored[parent.identity, default: 0] += 1
      var attempt = 0
      return archive.fresh(using: &random) { random in
        attempt += 1
        // When the neighbours are used up, their neighbours follow.
        let edits = 2 * attempt <= SearchArchive<Domain>.attempts ? 1 : 2
        return domain.child(of: parent.candidate, edits: edits, using: &random)
      }
    }
  }

  private mutating func leastExplored() -> Int? {
    let front = archive.nonDominated(Array(archive.entries.indices))
    func count(_ place: Int) -> Int { explored[archive.entries[place].identity, default: 0] }
    guard let least = front.map(count).min() else { return nil }
    let open = front.filter { count($0) == least }
    return open[random.integer(below: open.count)]
  }

  public mutating func tell(_ observations: [Observation<Domain.Candidate>]) { _ = archive.record(observations) }

  public var front: [FrontMember<Domain.Candidate>] { archive.front }
}
