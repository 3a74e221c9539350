import Foundation
import GRDB
import MADTasks
import Search

/// A run's archive in SQLite: the one place that knows SQL. Only the coordinator, who holds the run's lock, writes.
public final class RunStore: Sendable {
  private static let version = 1

  private let database: any DatabaseWriter
  private let path: String

  private init(_ folder: RunFolder, _ database: any DatabaseWriter) {
    (self.path, self.database) = (folder.archive.plainPath, database)
  }

  /// Begins a new archive.
  /// - Throws: `RunError`.
  public static func create(_ folder: RunFolder, settings: RunSettings) throws -> RunStore {
    guard !folder.exists else { throw RunError.exists(path: folder.path) }
    let path = folder.archive.plainPath
    let temporary = path + ".new"
    for suffix in ["", "-journal"] { unlink(temporary + suffix) }
    try explained(path) {
      let text = try JSONEncoder().encode(settings)
      let database = try DatabaseQueue(path: temporary)
      try database.write { db in
        try db.execute(sql: schema)
        try db.execute(
          sql: "INSERT INTO run (id, settings) VALUES (1, ?)", arguments: [String(decoding: text, as: UTF8.self)])
        try db.execute(sql: "PRAGMA user_version = \(version)")
      }
      try database.close()
    }
    // Under its name it is whole, at whatever moment the program is killed.
    guard rename(temporary, path) == 0 else { throw RunError.system(path, errno) }
    return try open(folder)
  }

  /// Opens an archive.
  /// - Parameter isReadOnly: to look at it while a coordinator may be writing.
  /// - Throws: `RunError`.
  public static func open(_ folder: RunFolder, isReadOnly: Bool = false) throws -> RunStore {
    guard folder.exists else { throw RunError.missing(path: folder.path) }
    let path = folder.archive.plainPath
    return try explained(path) {
      var configuration = Configuration()
      configuration.readonly = isReadOnly
      configuration.busyMode = .timeout(5)
      if !isReadOnly { configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") } }
      let database: any DatabaseWriter =
        isReadOnly
        ? try DatabaseQueue(path: path, configuration: configuration)
        : try DatabasePool(path: path, configuration: configuration)
      let store = RunStore(folder, database)
      try store.check()
      return store
    }
  }

  private func check() throws {
    try database.read { db in
      let report = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
      guard report == ["ok"] else {
        throw RunError.corrupt(path: path, reason: report.first ?? "the check says nothing")
      }
      guard try db.tableExists("run") else { throw RunError.corrupt(path: path, reason: "it holds no run") }
      let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      guard found == Self.version else {
        throw RunError.version(path: path, found: found, known: Self.version)
      }
    }
  }

  private static let schema = """
    CREATE TABLE run (id INTEGER PRIMARY KEY CHECK (id = 1), settings TEXT NOT NULL) STRICT;
    CREATE TABLE candidate (
      id INTEGER PRIMARY KEY, layout TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, hybrid TEXT,
      layers INTEGER NOT NULL, parameters INTEGER NOT NULL, forward_flops REAL NOT NULL, training_flops REAL NOT NULL,
      state INTEGER NOT NULL, cache INTEGER NOT NULL) STRICT;
    CREATE TABLE evaluation (
      id INTEGER PRIMARY KEY, candidate INTEGER NOT NULL REFERENCES candidate(id), rung INTEGER NOT NULL,
      replicate INTEGER NOT NULL, seed TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
      score REAL, standard_error REAL, scores TEXT NOT NULL DEFAULT '{}', results TEXT, seconds REAL NOT NULL DEFAULT 0,
      reason TEXT, UNIQUE (candidate, rung, replicate)) STRICT;
    """

  // MARK: Settings

  public func settings() throws -> RunSettings {
    try read { db in
      guard let text = try String.fetchOne(db, sql: "SELECT settings FROM run") else {
        throw RunError.corrupt(path: self.path, reason: "it holds no run")
      }
      do {
        return try JSONDecoder().decode(RunSettings.self, from: Data(text.utf8))
      } catch {
        throw RunError.corrupt(path: self.path, reason: "the run's settings cannot be read")
      }
    }
  }

  // MARK: Candidates

  /// Adds the candidates that are not there yet, all or none.
  public func add(_ candidates: [(proposal: Proposal, origin: CandidateRecord.Origin, hybrid: String?)]) throws {
    try write { db in
      for (proposal, origin, hybrid) in candidates {
        let costs = proposal.costs
        try db.execute(
          sql: """
            INSERT INTO candidate
              (layout, origin, hybrid, layers, parameters, forward_flops, training_flops, state, cache)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (layout) DO NOTHING
            """,
          arguments: [
            proposal.layout.canonical, origin.rawValue, hybrid, costs.layers, costs.parameters, costs.forwardFLOPs,
            costs.trainingFLOPs, costs.state, costs.cache,
          ])
      }
    }
  }

  /// All candidates in the order in which they came.
  public func candidates() throws -> [CandidateRecord] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM candidate ORDER BY id").map { row in
        CandidateRecord(
          id: row["id"], layout: row["layout"], origin: .init(rawValue: row["origin"]) ?? .sample,
          costs: CostSummary(
            layers: row["layers"], parameters: row["parameters"], forwardFLOPs: row["forward_flops"],
            trainingFLOPs: row["training_flops"], state: row["state"], cache: row["cache"]),
          hybrid: row["hybrid"])
      }
    }
  }

  // MARK: Evaluations

  /// Queues the evaluations that are not there yet, all or none.
  public func queue(_ candidates: [Int64], rung: Int, replicate: Int = 0, seed: UInt64) throws {
    try write { db in
      for candidate in candidates {
        try db.execute(
          sql: """
            INSERT INTO evaluation (candidate, rung, replicate, seed, status) VALUES (?, ?, ?, ?, 'queued')
            ON CONFLICT (candidate, rung, replicate) DO NOTHING
            """, arguments: [candidate, rung, replicate, String(seed)])
      }
    }
  }

  /// Those that a coordinator left running are queued again.
  public func requeueRunning() throws {
    try write { try $0.execute(sql: "UPDATE evaluation SET status = 'queued' WHERE status = 'running'") }
  }

  public func markRunning(_ id: Int64, attempts: Int) throws {
    try write {
      try $0.execute(
        sql: "UPDATE evaluation SET status = 'running', attempts = ? WHERE id = ? AND status IN ('queued', 'running')",
        arguments: [attempts, id])
    }
  }

  /// Records what came out; what is final already stays.
  public func finish(_ id: Int64, card: ScoreCard, results: [TrialResult]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let scores = Dictionary(card.tasks.map { ($0.task, $0.score) }, uniquingKeysWith: { first, _ in first })
    let (scoresText, resultsText) = (try encoder.encode(scores), try encoder.encode(results))
    let status: EvaluationRecord.Status = results.contains { $0.status == .diverged } ? .diverged : .done
    try write {
      try $0.execute(
        sql: """
          UPDATE evaluation SET status = ?, score = ?, standard_error = ?, scores = ?, results = ?, seconds = ?,
            reason = NULL WHERE id = ? AND status IN ('queued', 'running')
          """,
        arguments: [
          status.rawValue, card.score, card.standardError, String(decoding: scoresText, as: UTF8.self),
          String(decoding: resultsText, as: UTF8.self), card.seconds, id,
        ])
    }
  }

  public func fail(_ id: Int64, reason: String) throws {
    try write {
      try $0.execute(
        sql: "UPDATE evaluation SET status = 'failed', reason = ? WHERE id = ? AND status IN ('queued', 'running')",
        arguments: [reason, id])
    }
  }

  /// All evaluations, without their trainings, by rung and candidate.
  public func evaluations() throws -> [EvaluationRecord] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT id, candidate, rung, replicate, seed, status, attempts, score, standard_error, scores, seconds, reason
          FROM evaluation ORDER BY rung, replicate, candidate
          """)
      return try rows.map { row in
        guard let status = EvaluationRecord.Status(rawValue: row["status"]), let seed = UInt64(row["seed"] as String),
          let scores = try? JSONDecoder().decode([String: Double].self, from: Data((row["scores"] as String).utf8))
        else {
          throw RunError.corrupt(path: self.path, reason: "evaluation \(row["id"] as Int64) cannot be read")
        }
        return EvaluationRecord(
          id: row["id"], candidate: row["candidate"], rung: row["rung"], replicate: row["replicate"], seed: seed,
          status: status, attempts: row["attempts"], score: row["score"], standardError: row["standard_error"],
          scores: scores, seconds: row["seconds"], reason: row["reason"])
      }
    }
  }

  /// The trainings of an evaluation with their learning curves; none before it is done.
  public func results(of id: Int64) throws -> [TrialResult] {
    let text = try read {
      try String.fetchOne($0, sql: "SELECT results FROM evaluation WHERE id = ?", arguments: [id])
    }
    return try text.map { try JSONDecoder().decode([TrialResult].self, from: Data($0.utf8)) } ?? []
  }

  // MARK: Errors

  private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.explained(path) { try database.read(body) }
  }

  private func write(_ body: (Database) throws -> Void) throws {
    try Self.explained(path) { try database.write(body) }
  }

  private static func explained<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: throw RunError.corrupt(path: path, reason: reason)
      case .SQLITE_FULL: throw RunError.full(path: path)
      case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_IOERR, .SQLITE_BUSY:
        throw RunError.unwritable(path: path, reason: reason)
      default: throw RunError.corrupt(path: path, reason: reason)
      }
    }
  }
}
