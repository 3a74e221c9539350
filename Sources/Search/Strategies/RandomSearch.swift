import Engine

/// Fresh samples of the space, none twice: the baseline that others have to beat.
public struct RandomSearch<Domain: SearchDomain>: SearchStrategy {
  public static var name: String { "random" }
  public static var summary: String { "fresh samples of the space, none twice" }
  public static var source: String { "Bergstra and Bengio 2012, JMLR 13" }

  private var archive: SearchArchive<Domain>
  private var random: RandomStream

  public init(_ domain: Domain, settings: StrategySettings) {
    archive = SearchArchive(domain)
    random = RandomStream(seed: settings.seed, "strategy", "random")
  }

  public mutating func ask(_ count: Int) -> [Domain.Candidate] {
    (0..<count).compactMap { _ in archive.fresh(using: &random) }
  }

  public mutating func tell(_ observations: [Observation<Domain.Candidate>]) { _ = archive.record(observations) }

  public var front: [FrontMember<Domain.Candidate>] { archive.front }
}
