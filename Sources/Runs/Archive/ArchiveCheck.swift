import Foundation
import GRDB
import Search

/// What an archive has to be like: exactly the program's own tables, values in their ranges, and references that lead
/// somewhere. The types of the values are those of the tables, which are strict.
enum ArchiveCheck {
  /// What is wrong with the tables; nil if nothing is.
  /// - Parameter schema: the statements that make them.
  static func damage(_ db: Database, schema: String) throws -> String? {
    var expected: [String: String] = [:]
    for statement in schema.split(separator: ";") {
      let text = plain(statement)
      let words = text.split(separator: " ")
      if words.count > 2 { expected[String(words[2])] = text }
    }
    for row in try Row.fetchAll(db, sql: "SELECT type, name, CAST(sql AS TEXT) AS text FROM sqlite_schema") {
      let (type, name, text): (String?, String?, String?) = (row["type"], row["name"], row["text"])
      // SQLite's own indexes have no text.
      guard let type, let name, let text else { continue }
      guard let own = expected.removeValue(forKey: name) else { return "its \(type) '\(name)' is not the program's" }
      guard type == "table", plain(text) == own else { return "its table '\(name)' is not as the program makes it" }
    }
    return expected.keys.min().map { "its table '\($0)' is missing" }
  }

  private static func plain(_ text: some StringProtocol) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// A condition that no row of a table may meet.
  private struct Rule {
    let table, condition, words: String

    init(_ table: String, _ condition: String, _ words: String) {
      (self.table, self.condition, self.words) = (table, condition, words)
    }
  }

  /// Batches and attempts beyond every run's.
  private static let most = 1_000_000_000
  private static let mostReplicates = 1000

  /// What is wrong with the settings, or with the rows; nil if nothing is.
  static func damage(_ db: Database, _ settings: RunSettings) throws -> String? {
    if StrategyKind(rawValue: settings.strategy) == nil { return "there is no strategy '\(settings.strategy)'" }
    let space: SpaceFile
    do {
      space = try SpaceFile(parsing: Data(settings.space.utf8), rungs: RungKinds.formats)
    } catch {
      return "its space file cannot be read: \(error.errors.first?.description ?? "")"
    }
    let (kinds, rungs) = (space.rungs.map { type(of: $0.entry).key }, settings.rungs.map { type(of: $0).key })
    guard kinds == rungs else { return "its rungs are not those of its space" }
    guard settings.scale.floors.count == rungs.count, settings.scale.objectives.first == .quality,
      (2...4).contains(settings.scale.objectives.count)
    else { return "its objectives are not those of its space" }
    guard (0...most).contains(settings.candidates) else { return "its number of candidates is \(settings.candidates)" }
    for rule in rules(rungs: rungs.count) {
      let sql = "SELECT id FROM \(rule.table) WHERE NOT coalesce(\(rule.condition), 0) LIMIT 1"
      if let id = try Int64.fetchOne(db, sql: sql) { return "\(rule.words) of \(rule.table) \(id) is out of range" }
    }
    return nil
  }

  /// Conditions that every row meets.
  private static func rules(rungs: Int) -> [Rule] {
    let amount = "BETWEEN 0 AND 9.0e15"
    let statuses = EvaluationRecord.Status.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return [
      Rule("era", "id > 0 AND round BETWEEN 0 AND \(most)", "the batch"),
      Rule("session", "id > 0 AND abs(start) < 1e12 AND abs(last) < 1e12", "the time"),
      Rule("session", "workers BETWEEN 1 AND \(most)", "the number of workers"),
      Rule("candidate", "id BETWEEN 1 AND \(most)", "the number"),
      Rule("candidate", "round BETWEEN 0 AND \(most)", "the batch"),
      Rule("candidate", "in_grammar IN (0, 1) AND feasible IN (0, 1)", "a mark"),
      Rule("candidate", "length(layout) BETWEEN 1 AND 1000000", "the layout"),
      Rule("candidate", "layers BETWEEN 1 AND 1024", "the number of layers"),
      Rule(
        "candidate", "parameters \(amount) AND state \(amount) AND cache \(amount)", "the size"),
      Rule("candidate", "forward_flops BETWEEN 0 AND 1e300 AND training_flops BETWEEN 0 AND 1e300", "the cost"),
      Rule("evaluation", "id BETWEEN 1 AND \(most)", "the number"),
      Rule("evaluation", "candidate IN (SELECT id FROM candidate)", "the candidate"),
      Rule("evaluation", "rung BETWEEN 0 AND \(rungs - 1)", "the rung"),
      Rule("evaluation", "replicate BETWEEN 0 AND \(mostReplicates)", "the replicate"),
      Rule("evaluation", "round BETWEEN 0 AND \(most) AND attempts BETWEEN 0 AND \(most)", "the batch"),
      Rule("evaluation", "status IN (\(statuses))", "the status"),
      Rule("evaluation", "status <> 'done' OR score IS NOT NULL", "the score"),
      Rule("evaluation", "score IS NULL OR abs(score) < 1e300", "the score"),
      Rule("evaluation", "standard_error IS NULL OR standard_error BETWEEN 0 AND 1e300", "the standard error"),
      Rule("evaluation", "seconds BETWEEN 0 AND 1e15", "the time"),
    ]
  }
}
