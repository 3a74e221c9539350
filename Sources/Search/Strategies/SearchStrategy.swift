/// What was measured of a candidate.
public struct Observation<Candidate: Sendable>: Sendable {
  public let candidate: Candidate
  /// What is wanted small, e.g. the negative of an accuracy; NaN if the evaluation failed.
  public let loss: Double

  public init(_ candidate: Candidate, loss: Double) { (self.candidate, self.loss) = (candidate, loss) }
}

/// Decides what to evaluate next. A batch of proposals depends on the seed and on what was asked and told before, in that
/// order, and on nothing else.
public protocol SearchStrategy<Domain>: Sendable {
  associatedtype Domain: SearchDomain

  /// The name on the command line and in files.
  static var name: String { get }
  /// One sentence.
  static var summary: String { get }
  /// Where it is described.
  static var source: String { get }

  init(_ domain: Domain, settings: StrategySettings)

  /// Candidates to evaluate, none of which was asked or told before; fewer if no more are found.
  mutating func ask(_ count: Int) -> [Domain.Candidate]

  /// Takes measurements in: of candidates that were asked, of others such as known hybrids, and more than one of the
  /// same, which are averaged.
  mutating func tell(_ observations: [Observation<Domain.Candidate>])

  /// The candidates that it takes to be non-dominated, with the objectives that it believes in: the loss, then the costs.
  var front: [FrontMember<Domain.Candidate>] { get }
}

/// A non-dominated candidate.
public struct FrontMember<Candidate: Sendable>: Sendable {
  public let candidate: Candidate
  public let objectives: Objectives
}

/// What a strategy can be told about how to search.
public struct StrategySettings: Sendable {
  public var seed: UInt64
  /// Candidates that breed at a time, or fresh samples before a local search, each with its own default; `evolution`
  /// breeds from its front and has none.
  public var population: Int?
  /// Below which hypervolume counts: the loss, then the costs. Without it, a little beyond the worst seen.
  public var reference: Objectives?

  public init(seed: UInt64, population: Int? = nil, reference: Objectives? = nil) {
    (self.seed, self.population, self.reference) = (seed, population, reference)
  }
}
