import Foundation
import Layouts
import Search

/// What a run has measured at one rung, and which of it is non-dominated.
public struct Front: Sendable {
  /// A measured candidate and its place among the others.
  public struct Entry: Sendable {
    public let measurement: Measurement
    /// Of non-dominated sorting by mean scores: 1 for the front; nil if the candidate does not meet the constraints.
    public let rank: Int?
    /// Of being non-dominated, whatever the noise of all scores; nil if the noise is not known.
    public let probability: Double?
    /// The members of the front that dominate it by mean scores, best score first.
    public let dominators: [Dominator]
    /// The constraints that it does not meet.
    public let violations: [Constraint.Violation]

    public var candidate: CandidateRecord { measurement.candidate }
    public var isNonDominated: Bool { rank == 1 }
  }

  public struct Dominator: Sendable, Equatable {
    public let candidate: Int64
    /// That it does dominate, whatever the noise of both scores; nil if the noise is not known.
    public let probability: Double?
  }

  /// A candidate without a score at the rung.
  public struct Unmeasured: Sendable {
    public let candidate: CandidateRecord
    /// Of its evaluations; the best one, with its score until then, if it diverged.
    public let evaluation: EvaluationRecord?
  }

  public let run: RunSettings
  /// Counted from 0.
  public let rung: Int
  /// With the objectives that were chosen.
  public let scale: ObjectiveScale
  /// All that were measured at the rung, best score first.
  public let entries: [Entry]
  public let unmeasured: [Unmeasured]
  /// Of the feasible candidates' mean scores.
  public let hypervolume: Double
  let evaluations: [EvaluationRecord]

  public var rungName: String { run.rungNames.indices.contains(rung) ? run.rungNames[rung] : "" }
  public var measure: QualityMeasure { run.measure(rung: rung) }
  public var members: [Entry] { entries.filter(\.isNonDominated) }
  /// The known hybrids that were measured, on the front or not.
  public var baselines: [Entry] { entries.filter { $0.candidate.hybrid != nil } }
  /// The point up to which hypervolume counts, by objective.
  public var reference: Objectives { scale.reference(rung: rung) }

  /// - Parameters:
  ///   - rung: counted from 0. Unless given, the highest with scores of others than known hybrids, which go up at once;
  ///     else the highest with scores, else the first.
  ///   - objectives: quality and one to three costs; the run's unless given.
  /// - Throws: `RunError`, `ConfigurationErrors`.
  public init(_ store: RunStore, rung chosen: Int? = nil, objectives: [Objective]? = nil) throws {
    let run = try store.settings()
    var scale = run.scale
    if let objectives { scale.objectives = [.quality] + objectives.filter { $0 != .quality } }
    let (candidates, all) = (try store.candidates(), try store.evaluations())
    let measured = all.filter { $0.status == .done && $0.score?.isFinite == true }
    let hybrids = Set(candidates.filter { $0.hybrid != nil }.map(\.id))
    let highest = measured.filter { !hybrids.contains($0.candidate) }.map(\.rung).max() ?? measured.map(\.rung).max()
    let rung = min(max(chosen ?? highest ?? 0, 0), max(run.rungNames.count - 1, 0))
    let evaluations = all.filter { $0.rung == rung }
    let measurements = Measurement.all(candidates, evaluations, rung: rung)
    let contest = Contest(measurements.filter(\.candidate.isFeasible), scale: scale, seed: run.seed)
    let space =
      measurements.allSatisfy(\.candidate.isFeasible) ? nil : try Space(parsing: Data(run.space.utf8))
    let entries = measurements.map { measurement in
      contest.entry(measurement, violations: space.map { Self.violations(of: measurement.candidate, in: $0) } ?? [])
    }
    let ids = Set(measurements.map(\.candidate.id))
    let byCandidate = Dictionary(grouping: evaluations, by: \.candidate)
    (self.run, self.rung, self.scale, self.evaluations) = (run, rung, scale, evaluations)
    self.entries = entries.sorted {
      ($0.measurement.score, -$0.candidate.id) > ($1.measurement.score, -$1.candidate.id)
    }
    unmeasured = candidates.filter { !ids.contains($0.id) }.map { candidate in
      let own = byCandidate[candidate.id] ?? []
      return Unmeasured(candidate: candidate, evaluation: own.first { $0.status == .diverged } ?? own.first)
    }
    hypervolume = Hypervolume.of(contest.points, reference: scale.reference(rung: rung))
  }

  private static func violations(of candidate: CandidateRecord, in space: Space) -> [Constraint.Violation] {
    guard !candidate.isFeasible, let layout = try? Layout(parsing: candidate.layout) else { return [] }
    return space.violations(layout, candidate.costs)
  }
}

/// The candidates that compete for the front.
private struct Contest {
  let points: [Objectives]
  private let competitors: [Measurement]
  private let uncertain: [NonDominance.Point]
  /// Whether every score has an error.
  private let hasNoise: Bool
  private let ranks: [Int64: Int]
  private let probabilities: [Int64: Double]
  /// Places of the non-dominated, best score first.
  private let front: [Int]

  init(_ competitors: [Measurement], scale: ObjectiveScale, seed: UInt64) {
    self.competitors = competitors
    points = competitors.map { scale.point(quality: $0.score, costs: $0.candidate.costs) }
    hasNoise = competitors.allSatisfy { $0.standardError != nil }
    uncertain = competitors.map {
      NonDominance.Point(
        identity: $0.candidate.layout, loss: -$0.score, standardError: $0.standardError ?? 0,
        costs: scale.costs($0.candidate.costs))
    }
    let ids = competitors.map(\.candidate.id)
    let fronts = Dominance.nonDominatedSort(points)
    ranks = Dictionary(
      uniqueKeysWithValues: fronts.enumerated().flatMap { rank, places in places.map { (ids[$0], rank + 1) } })
    probabilities =
      hasNoise
      ? Dictionary(uniqueKeysWithValues: zip(ids, NonDominance.probabilities(uncertain, seed: seed))) : [:]
    front = (fronts.first ?? []).sorted { (competitors[$0].score, -ids[$0]) > (competitors[$1].score, -ids[$1]) }
  }

  func entry(_ measurement: Measurement, violations: [Constraint.Violation]) -> Front.Entry {
    let id = measurement.candidate.id
    return Front.Entry(
      measurement: measurement, rank: ranks[id], probability: probabilities[id], dominators: dominators(of: id),
      violations: violations)
  }

  private func dominators(of id: Int64) -> [Front.Dominator] {
    guard let place = competitors.firstIndex(where: { $0.candidate.id == id }) else { return [] }
    return front.filter { Dominance.dominates(points[$0], points[place]) }.map { better in
      Front.Dominator(
        candidate: competitors[better].candidate.id,
        probability: hasNoise
          ? NonDominance.probability(that: uncertain[better], dominates: uncertain[place]) : nil)
    }
  }
}
