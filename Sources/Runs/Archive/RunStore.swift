import Foundation
import GRDB
import MADTasks
import Search

/// A run's archive in SQLite: the one place that knows SQL. Everybody may read; a `Ledger` alone changes.
public final class RunStore: Sendable {
  /// Version 2 keeps rungs by kind.
  private static let version = 3
  private static let oldest = 2

  private let database: any DatabaseWriter
  let path: String

  private init(_ folder: RunFolder, _ database: any DatabaseWriter) {
    (self.path, self.database) = (folder.archive.plainPath, database)
  }

  /// Begins a new archive.
  /// - Throws: `RunError`.
  static func create(_ folder: RunFolder, settings: RunSettings) throws -> RunStore {
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
          sql: "INSERT INTO era (round, settings) VALUES (0, ?)", arguments: [String(decoding: text, as: UTF8.self)])
        try db.execute(sql: "PRAGMA user_version = \(version)")
      }
      try database.close()
    }
    // Under its name it is whole, at whatever moment the program is killed.
    guard rename(temporary, path) == 0 else { throw RunError.system(path, errno) }
    return try open(folder, isReadOnly: false)
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
      if !isReadOnly { try database.write { try $0.execute(sql: "PRAGMA user_version = \(version)") } }
      return store
    }
  }

  /// Everything that is read later is looked at once, so that a damaged or hostile archive is refused whole.
  private func check() throws {
    try database.read { db in
      let report = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
      guard report == ["ok"] else {
        throw RunError.corrupt(path: path, reason: report.first ?? "the check says nothing")
      }
      let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      guard found == 0 || (Self.oldest...Self.version).contains(found) else {
        throw RunError.version(path: path, found: found, known: Self.version)
      }
      guard found > 0, try db.tableExists("era") else {
        throw RunError.corrupt(path: path, reason: "it holds no run")
      }
      if let damage = try ArchiveCheck.damage(db, schema: Self.schema) {
        throw RunError.corrupt(path: path, reason: damage)
      }
    }
    let settings = try settings()
    if let damage = try read({ try ArchiveCheck.damage($0, settings) }) {
      throw RunError.corrupt(path: path, reason: damage)
    }
  }

  private static let schema = """
    CREATE TABLE era (id INTEGER PRIMARY KEY, round INTEGER NOT NULL UNIQUE, settings TEXT NOT NULL) STRICT;
    CREATE TABLE session (id INTEGER PRIMARY KEY, start REAL NOT NULL, last REAL NOT NULL, workers INTEGER NOT NULL) STRICT;
    CREATE TABLE candidate (
      id INTEGER PRIMARY KEY, layout TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, hybrid TEXT,
      in_grammar INTEGER NOT NULL, feasible INTEGER NOT NULL, round INTEGER NOT NULL,
      layers INTEGER NOT NULL, parameters INTEGER NOT NULL, forward_flops REAL NOT NULL, training_flops REAL NOT NULL,
      state INTEGER NOT NULL, cache INTEGER NOT NULL) STRICT;
    CREATE TABLE evaluation (
      id INTEGER PRIMARY KEY, candidate INTEGER NOT NULL REFERENCES candidate(id), rung INTEGER NOT NULL,
      replicate INTEGER NOT NULL, round INTEGER NOT NULL, seed TEXT NOT NULL, status TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0, score REAL, standard_error REAL, scores TEXT NOT NULL DEFAULT '{}',
      results TEXT, seconds REAL NOT NULL DEFAULT 0, reason TEXT, UNIQUE (candidate, rung, replicate)) STRICT;
    """

  // MARK: Settings

  /// What the run goes on with.
  public func settings() throws -> RunSettings { try era().settings }

  /// The settings since the run was begun or last extended, and the batch of proposals that they hold from.
  package func era() throws -> (round: Int, settings: RunSettings) {
    try read { db in
      guard let row = try Row.fetchOne(db, sql: "SELECT round, settings FROM era ORDER BY round DESC LIMIT 1") else {
        throw RunError.corrupt(path: self.path, reason: "it holds no run")
      }
      do {
        let text: String = row["settings"]
        return (row["round"], try JSONDecoder().decode(RunSettings.self, from: Data(text.utf8)))
      } catch {
        throw RunError.corrupt(path: self.path, reason: "the run's settings cannot be read")
      }
    }
  }

  /// Lets the run go on with other settings, from the batch after the last on.
  func extend(with settings: RunSettings, retriesFailed: Bool) throws {
    let text = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
    try write { db in
      let last = try Int.fetchOne(
        db, sql: "SELECT MAX(round) FROM (SELECT round FROM candidate UNION SELECT round FROM evaluation)")
      let round = last.map { $0 + 1 } ?? 0
      try db.execute(
        sql:
          "INSERT INTO era (round, settings) VALUES (?, ?) ON CONFLICT (round) DO UPDATE SET settings = excluded.settings",
        arguments: [round, text])
      if retriesFailed {
        try db.execute(
          sql: "UPDATE evaluation SET status = 'queued', attempts = 0, reason = NULL WHERE status = 'failed'")
      }
    }
  }

  // MARK: Sessions

  /// Begins to count the time that a coordinator spends.
  /// - Returns: the session's number.
  func beginSession(workers: Int) throws -> Int64 {
    try write { db in
      let now = Date().timeIntervalSince1970
      try db.execute(
        sql: "INSERT INTO session (start, last, workers) VALUES (?, ?, ?)", arguments: [now, now, workers])
      return db.lastInsertedRowID
    }
  }

  /// - Parameter seconds: of the session so far, by the run's clock.
  func extendSession(_ id: Int64, to seconds: Double) throws {
    try write { try $0.execute(sql: "UPDATE session SET last = start + ? WHERE id = ?", arguments: [seconds, id]) }
  }

  /// On the clock, in all sessions.
  public func secondsSpent() throws -> Double {
    try read { try Double.fetchOne($0, sql: "SELECT TOTAL(MAX(last - start, 0)) FROM session") ?? 0 }
  }

  // MARK: Errors

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.explained(path) { try database.read(body) }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
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
