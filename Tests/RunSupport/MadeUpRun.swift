import Foundation
import GRDB
import Layouts
import MADTasks
import Runs
import Search

/// A run of small layouts whose scores are made up, in a folder that is removed with this value.
public final class MadeUpRun {
  /// What becomes of one evaluation.
  public enum Outcome {
    case score(Double)
    /// The score of what did not diverge.
    case diverged(Double)
    case failed(String)
    case queued
  }

  public struct Candidate {
    let layout: String
    let hybrid: String?
    /// By rung and replicate, at least one at the first rung.
    let outcomes: [[Outcome]]

    public init(_ layout: String, hybrid: String? = nil, _ outcomes: [[Outcome]]) {
      (self.layout, self.hybrid, self.outcomes) = (layout, hybrid, outcomes)
    }

    /// One that is evaluated at the first rung only.
    public init(_ layout: String, hybrid: String? = nil, scores: Double...) {
      self.init(layout, hybrid: hybrid, [scores.map { .score($0) }])
    }
  }

  /// Holds `results/NAME/`.
  public let place: URL
  public let folder: RunFolder
  public let store: RunStore
  private let ledger: Ledger

  /// - Parameter constraints: as in a space file.
  public init(_ candidates: [Candidate], name: String = "small", constraints: String = "{}", seed: UInt64 = 1) throws {
    place = FileManager.default.temporaryDirectory.appending(path: "madsearch-made-up-\(UUID().uuidString)")
    folder = RunFolder(place.appending(path: "results/\(name)"))
    try folder.create()
    let file = """
      { "name": "\(name)", "model": { "dim": 16, "context": 32 },
        "grammar": { "start": "layout", "rules": { "layout": { "repeat": "mlp", "times": [1, 8] } } },
        "constraints": \(constraints), "objectives": ["quality", "flops"],
        "rungs": [{ "mad": { "protocol": "screen" }, "promote": 0.5 }, { "mad": { "protocol": "mad" } }] }
      """
    let space = try Space(parsing: Data(file.utf8))
    ledger = try Ledger.create(
      folder,
      settings: RunSettings(
        name: name, space: file, rungs: [MADRung(.screen), MADRung(.mad)], strategy: "random", seeds: [],
        candidates: candidates.count, seed: seed, scale: space.objectiveScale(floors: [0.1, 0.05])))
    store = ledger.store
    let new = try candidates.map { candidate in
      NewCandidate(
        proposal: try space.proposal(inGrammar: Layout(parsing: candidate.layout)),
        origin: candidate.hybrid == nil ? .search : .seed, hybrid: candidate.hybrid)
    }
    try ledger.propose(new, round: 0, seed: 0)
    for (index, candidate) in candidates.enumerated() {
      for (rung, outcomes) in candidate.outcomes.enumerated() {
        try ledger.queue(
          outcomes.indices.map { replicate in
            NewEvaluation(
              candidate: Int64(index + 1), rung: rung, replicate: replicate, round: replicate,
              seed: UInt64(10 * rung + replicate))
          })
      }
    }
    for record in try store.evaluations() {
      let outcomes = candidates[Int(record.candidate) - 1].outcomes[record.rung]
      try finish(record, outcomes[record.replicate])
    }
  }

  deinit { try? FileManager.default.removeItem(at: place) }

  private func finish(_ record: EvaluationRecord, _ outcome: Outcome) throws {
    switch outcome {
    case .score(let score): try finish(record, score: score, status: .finished)
    case .diverged(let score): try finish(record, score: score, status: .diverged)
    case .failed(let reason): try ledger.fail(record.id, reason: reason)
    case .queued: break
    }
  }

  private func finish(_ record: EvaluationRecord, score: Double, status: TrialResult.Status) throws {
    let plan = try ScoringProtocol.screen.plans(seed: record.seed)[0]
    // What is not finite cannot be written.
    let accuracy = score.isFinite ? score : 0
    let result = TrialResult(
      layout: "mlp", plan: plan, status: status, accuracy: accuracy, macroAccuracy: accuracy, chance: 0.1, cap: 1,
      curve: try JSONDecoder().decode([TrialResult.Point].self, from: Data(Self.curve.utf8)), steps: 2, seconds: 2)
    var card = ScoreCard(layout: "mlp", results: [result], measure: .final, accuracy: .pooled)
    card.score = score
    try ledger.finish(record.id, Finding(card, results: [result]))
  }

  private static let curve = """
    [{ "step": 1, "loss": 2, "accuracy": 0.25, "seconds": 1 }, { "step": 2, "loss": 1, "accuracy": 0.5, "seconds": 2 }]
    """
}

extension MadeUpRun {
  public var archive: String { folder.url.appending(path: "archive.sqlite").path(percentEncoded: false) }

  /// Changes the archive by SQL that the program never writes.
  public func damage(_ sql: String) throws {
    let database = try DatabaseQueue(path: archive)
    try database.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      try db.execute(sql: sql)
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    try database.close()
  }
}
