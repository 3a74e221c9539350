import Foundation
import GRDB
import LanguageModeling
import MADTasks

/// The evaluations of a run and what came out.
extension RunStore {
  /// Queues the evaluations that are not there yet, all or none.
  func queue(_ evaluations: [NewEvaluation]) throws {
    try write { db in
      for new in evaluations {
        try Self.queue(
          db, new.candidate, rung: new.rung, replicate: new.replicate, round: new.round, seed: new.seed)
      }
    }
  }

  static func queue(
    _ db: Database, _ candidate: Int64, rung: Int, replicate: Int, round: Int, seed: UInt64
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO evaluation (candidate, rung, replicate, round, seed, status) VALUES (?, ?, ?, ?, ?, 'queued')
        ON CONFLICT (candidate, rung, replicate) DO NOTHING
        """, arguments: [candidate, rung, replicate, round, String(seed)])
  }

  /// Those that a coordinator left running are queued again.
  func requeueRunning() throws {
    try write { try $0.execute(sql: "UPDATE evaluation SET status = 'queued' WHERE status = 'running'") }
  }

  func start(_ id: Int64, attempt: Int) throws {
    try write {
      try $0.execute(
        sql: "UPDATE evaluation SET status = 'running', attempts = ? WHERE id = ? AND status IN ('queued', 'running')",
        arguments: [attempt, id])
    }
  }

  /// Records what came out; what is final already stays.
  func finish(_ id: Int64, _ finding: Finding) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let scores = try encoder.encode(finding.scores)
    try write {
      try $0.execute(
        sql: """
          UPDATE evaluation SET status = ?, score = ?, standard_error = ?, scores = ?, results = ?, seconds = ?,
            reason = NULL WHERE id = ? AND status IN ('queued', 'running')
          """,
        arguments: [
          finding.status.rawValue, finding.score, finding.standardError, String(decoding: scores, as: UTF8.self),
          finding.results, finding.seconds, id,
        ])
    }
  }

  func fail(_ id: Int64, reason: String) throws {
    try write {
      try $0.execute(
        sql: "UPDATE evaluation SET status = 'failed', reason = ? WHERE id = ? AND status IN ('queued', 'running')",
        arguments: [reason, id])
    }
  }

  /// All evaluations, without their trainings, by rung and candidate.
  public func evaluations() throws -> [EvaluationRecord] {
    try read { db in
      try Row.fetchAll(db, sql: "\(Self.selection) ORDER BY rung, replicate, candidate").map(self.record)
    }
  }

  /// One evaluation, without its trainings.
  func evaluation(_ id: Int64) throws -> EvaluationRecord? {
    try read { db in try Row.fetchOne(db, sql: "\(Self.selection) WHERE id = ?", arguments: [id]).map(self.record) }
  }

  private static let selection = """
    SELECT id, candidate, rung, replicate, round, seed, status, attempts, score, standard_error, scores, seconds, reason
    FROM evaluation
    """

  private func record(_ row: Row) throws -> EvaluationRecord {
    guard let status = EvaluationRecord.Status(rawValue: row["status"]), let seed = UInt64(row["seed"] as String),
      let scores = try? JSONDecoder().decode([String: Double].self, from: Data((row["scores"] as String).utf8))
    else {
      throw RunError.corrupt(path: path, reason: "evaluation \(row["id"] as Int64) cannot be read")
    }
    return EvaluationRecord(
      id: row["id"], candidate: row["candidate"], rung: row["rung"], replicate: row["replicate"], round: row["round"],
      seed: seed, status: status, attempts: row["attempts"], score: row["score"], standardError: row["standard_error"],
      scores: scores, seconds: row["seconds"], reason: row["reason"])
  }

  /// The trainings on tasks of an evaluation with their learning curves; none before it is done.
  public func results(of id: Int64) throws -> [TrialResult] { try trainings(of: id) }

  /// The trainings on text of an evaluation with their loss curves; none before it is done.
  public func losses(of id: Int64) throws -> [PerplexityResult] { try trainings(of: id) }

  /// How the loss of an evaluation falls with the compute; nil at rungs that do not tell, and before it is done.
  public func scaling(of record: EvaluationRecord, at rung: any RungKind) throws -> ScaledLoss? {
    func scaling<Kind: RungKind>(_ rung: Kind) throws -> ScaledLoss? {
      try outcome(of: record.id, at: Kind.self).flatMap(rung.scaling)
    }
    return try scaling(rung)
  }

  /// What came out of an evaluation at a rung of a kind; nil before it is done.
  func outcome<Kind: RungKind>(of id: Int64, at _: Kind.Type) throws -> Kind.Work.Outcome? {
    try decoded(Kind.Work.Outcome.self, of: id)
  }

  private func trainings<Result: Decodable>(of id: Int64) throws -> [Result] {
    try decoded([Result].self, of: id) ?? []
  }

  private func decoded<Value: Decodable>(_: Value.Type, of id: Int64) throws -> Value? {
    let text = try read {
      try String.fetchOne($0, sql: "SELECT results FROM evaluation WHERE id = ?", arguments: [id])
    }
    do {
      return try text.map { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    } catch {
      throw RunError.corrupt(path: path, reason: "the trainings of evaluation \(id) cannot be read")
    }
  }
}
