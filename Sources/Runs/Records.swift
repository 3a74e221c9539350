import MADTasks
import Search

/// What a run was started with. Layouts and settings are stored as text that explains itself.
public struct RunSettings: Codable, Sendable, Equatable {
  public var name: String
  /// The space file as it was read.
  public var space: String
  /// The protocols of the rungs, by rung, as they were read: a run does not change when a file does.
  public var protocols: [ScoringProtocol]
  public var strategy: String
  public var candidates: Int
  public var seed: UInt64

  public init(
    name: String, space: String, protocols: [ScoringProtocol], strategy: String, candidates: Int, seed: UInt64
  ) {
    (self.name, self.space, self.protocols) = (name, space, protocols)
    (self.strategy, self.candidates, self.seed) = (strategy, candidates, seed)
  }
}

/// A layout in a run with its exact costs.
public struct CandidateRecord: Sendable, Equatable {
  public enum Origin: String, Sendable {
    /// Given as a seed of the search.
    case seed
    case sample
  }

  public let id: Int64
  /// Canonical.
  public let layout: String
  public let origin: Origin
  public let costs: CostSummary
  /// The name of a known hybrid, if it is one.
  public let hybrid: String?
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
