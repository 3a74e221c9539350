import MADTasks
import Search

/// What a run was started with, or goes on with since it was extended. Layouts and settings are stored as text that
/// explains itself.
public struct RunSettings: Codable, Sendable, Equatable {
  public var name: String
  /// The space file as it was read.
  public var space: String
  /// The protocols of the rungs on tasks, by rung, as they were read: a run does not change when a file does.
  public var protocols: [ScoringProtocol]
  /// None in archives that know no rungs on text.
  private var textRungs: [TextRung]?
  public var strategy: String
  /// Known hybrids and layouts that are evaluated first: the space's and those of the command line.
  public var seeds: [String]
  /// At the first rung, seeds included.
  public var candidates: Int
  /// On the clock, over all sessions.
  public var hours: Double?
  /// Of trainings.
  public var coreHours: Double?
  public var seed: UInt64
  /// Objectives and the reference point of the hypervolume, the same for the whole run.
  public var scale: ObjectiveScale

  public init(
    name: String, space: String, protocols: [ScoringProtocol], texts: [TextRung] = [], strategy: String,
    seeds: [String], candidates: Int, hours: Double? = nil, coreHours: Double? = nil, seed: UInt64,
    scale: ObjectiveScale
  ) {
    (self.name, self.space, self.protocols, self.strategy) = (name, space, protocols, strategy)
    (self.seeds, self.candidates, self.hours, self.coreHours) = (seeds, candidates, hours, coreHours)
    (self.seed, self.scale) = (seed, scale)
    self.texts = texts
  }

  /// Of the rungs on text, which come after those on tasks.
  public var texts: [TextRung] {
    get { textRungs ?? [] }
    set { textRungs = newValue.isEmpty ? nil : newValue }
  }

  /// By rung.
  public var rungNames: [String] { protocols.map(\.name) + texts.map(\.name) }

  /// - Parameter rung: counted from 0.
  public func measure(rung: Int) -> QualityMeasure { rung < protocols.count ? .score : .loss }
}

/// A layout in a run with its exact costs.
public struct CandidateRecord: Sendable, Equatable {
  public enum Origin: String, Sendable {
    /// A known hybrid or layout that the search was given.
    case seed
    /// Proposed by the search strategy.
    case search
  }

  public let id: Int64
  /// Canonical.
  public let layout: String
  public let origin: Origin
  /// The name of a known hybrid, if it is one.
  public let hybrid: String?
  /// Whether the grammar derives it.
  public let isInGrammar: Bool
  /// Whether it meets the constraints. A known hybrid that does not is a baseline, and neither on fronts nor bred from.
  public let isFeasible: Bool
  /// The batch of proposals that it came with, counted from 0.
  public let round: Int
  public let costs: CostSummary
}

/// One rung's measurement of one candidate.
public struct EvaluationRecord: Sendable, Equatable {
  public enum Status: String, Sendable, CaseIterable {
    case queued, running, done, failed, diverged

    /// Whether nothing is left to do.
    public var isFinal: Bool { self == .done || self == .failed || self == .diverged }
  }

  public let id: Int64
  public let candidate: Int64
  public let rung: Int
  public let replicate: Int
  /// The batch of proposals with which it was asked for.
  public let round: Int
  public let seed: UInt64
  public var status: Status
  public var attempts: Int
  public var score: Double?
  public var standardError: Double?
  /// By task.
  public var scores: [String: Double]
  /// Core-seconds of all trainings.
  public var seconds: Double
  /// Why it failed.
  public var reason: String?
}

/// A candidate that joins a run.
package struct NewCandidate {
  let proposal: Proposal
  let origin: CandidateRecord.Origin
  let hybrid: String?

  package init(proposal: Proposal, origin: CandidateRecord.Origin, hybrid: String?) {
    (self.proposal, self.origin, self.hybrid) = (proposal, origin, hybrid)
  }
}

/// An evaluation that joins a run.
package struct NewEvaluation {
  let candidate: Int64
  let rung, replicate, round: Int
  let seed: UInt64

  package init(candidate: Int64, rung: Int, replicate: Int, round: Int, seed: UInt64) {
    (self.candidate, self.rung, self.replicate) = (candidate, rung, replicate)
    (self.round, self.seed) = (round, seed)
  }
}
