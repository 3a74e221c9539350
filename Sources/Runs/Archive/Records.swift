import Search

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
