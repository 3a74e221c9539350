import Engine

/// Non-dominated sorting with crowding distance, steady state: children join the population at once, and the best by
/// front, then by distance to neighbours, stay.
public struct NSGA2<Domain: SearchDomain>: SearchStrategy {
  public static var name: String { "nsga2" }
  public static var summary: String { "non-dominated sorting and crowding distance, crossover and edits, steady state" }
  public static var source: String { "Deb et al. 2002, IEEE TEVC 6(2)" }

  private static var defaultPopulation: Int { 20 }
  /// The share of children that have two parents (Deb et al. 2002).
  private static var crossoverShare: Double { 0.9 }

  private var archive: SearchArchive<Domain>
  private var random: RandomStream
  private let size: Int
  private var fresh: Int
  /// Places in the archive, the best first.
  private var population: [Int] = []

  public init(_ domain: Domain, settings: StrategySettings) {
    archive = SearchArchive(domain)
    random = RandomStream(seed: settings.seed, "strategy", "nsga2")
    size = max(settings.population ?? Self.defaultPopulation, 2)
    fresh = size
  }

  public mutating func ask(_ count: Int) -> [Domain.Candidate] {
    (0..<count).compactMap { _ in
      fresh -= 1
      guard fresh < 0, !population.isEmpty else { return archive.fresh(using: &random) }
      let (domain, ranked) = (archive.domain, population.map { archive.entries[$0].candidate })
      return archive.fresh(using: &random) { random in
        let parent = Self.winner(ranked, using: &random)
        guard random.uniform() < Self.crossoverShare else {
          return domain.child(of: parent, edits: 1, using: &random)
        }
        let child = domain.crossover(parent, Self.winner(ranked, using: &random), using: &random) ?? parent
        return domain.child(of: child, edits: 1, using: &random)
      }
    }
  }

  /// The better of two random members.
  private static func winner(_ ranked: [Domain.Candidate], using random: inout RandomStream) -> Domain.Candidate {
    ranked[min(random.integer(below: ranked.count), random.integer(below: ranked.count))]
  }

  public mutating func tell(_ observations: [Observation<Domain.Candidate>]) {
    let members = population + archive.record(observations)
    let points = members.map { archive.entries[$0].objectives }
    var ranked: [Int] = []
    for front in Dominance.nonDominatedSort(points) {
      let distances = Dominance.crowdingDistance(front.map { points[$0] })
      let order = front.indices.sorted { (distances[$1], front[$0]) < (distances[$0], front[$1]) }
      ranked += order.map { members[front[$0]] }
    }
    population = Array(ranked.prefix(size))
  }

  public var front: [FrontMember<Domain.Candidate>] { archive.front }
}
