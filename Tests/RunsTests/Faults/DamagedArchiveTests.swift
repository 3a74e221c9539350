import Engine
import Foundation
import RunSupport
import Runs
import Testing

@Suite("Damaged and hostile archives")
struct DamagedArchiveTests {
  /// A run whose archive was changed by a line of SQL that the program never writes.
  private static func change(_ sql: String) throws -> MadeUpRun {
    let run = try MadeUpRun([.init("mlp", scores: 0.5, 0.6), .init("2*mlp", scores: 0.4)])
    try run.damage(sql)
    return run
  }

  @Test(
    "are called damaged when they are opened, with what is wrong",
    arguments: [
      ("ALTER TABLE evaluation DROP COLUMN seconds", "its table 'evaluation' is not as the program makes it"),
      ("ALTER TABLE session RENAME TO sessions", "its table 'sessions' is not the program's"),
      ("DROP TABLE session", "its table 'session' is missing"),
      (
        "CREATE TRIGGER t AFTER INSERT ON session BEGIN DELETE FROM candidate; END",
        "its trigger 't' is not the program's"
      ),
      ("CREATE VIEW v AS SELECT 1", "its view 'v' is not the program's"),
      ("UPDATE evaluation SET rung = 2147483648 WHERE id = 2", "the rung of evaluation 2 is out of range"),
      ("UPDATE evaluation SET rung = -1", "the rung of evaluation 1 is out of range"),
      ("UPDATE evaluation SET round = 9223372036854775807", "the batch of evaluation 1 is out of range"),
      ("UPDATE candidate SET round = 9223372036854775807", "the batch of candidate 1 is out of range"),
      ("UPDATE era SET round = -1", "the batch of era 1 is out of range"),
      ("UPDATE candidate SET parameters = -1", "the size of candidate 1 is out of range"),
      ("UPDATE candidate SET layers = 9223372036854775807", "the number of layers of candidate 1 is out of range"),
      ("UPDATE candidate SET forward_flops = 9e999", "the cost of candidate 1 is out of range"),
      ("UPDATE candidate SET id = -5 WHERE id = 2", "the number of candidate -5 is out of range"),
      ("UPDATE evaluation SET candidate = 77 WHERE id = 1", "the candidate of evaluation 1 is out of range"),
      ("UPDATE evaluation SET status = 'dnoe' WHERE id = 1", "the status of evaluation 1 is out of range"),
      ("UPDATE evaluation SET score = NULL WHERE id = 1", "the score of evaluation 1 is out of range"),
      ("UPDATE evaluation SET seconds = -1", "the time of evaluation 1 is out of range"),
      ("UPDATE evaluation SET attempts = -1", "the batch of evaluation 1 is out of range"),
      ("UPDATE era SET settings = '{}'", "the run's settings cannot be read"),
      (
        "UPDATE era SET settings = replace(settings, '\"random\"', '\"rnadom\"')", "there is no strategy 'rnadom'"
      ),
      (
        "UPDATE era SET settings = replace(settings, '\"candidates\":2', '\"candidates\":-2')",
        "its number of candidates is -2"
      ),
    ])
  func refused(sql: String, reason: String) throws {
    let run = try Self.change(sql)
    for isReadOnly in [true, false] {
      #expect(throws: RunError.corrupt(path: run.archive, reason: reason)) {
        try RunStore.open(run.folder, isReadOnly: isReadOnly)
      }
    }
  }

  @Test("an origin that is not known is refused, not taken for another")
  func origin() throws {
    let run = try Self.change("UPDATE candidate SET origin = 'sarch' WHERE id = 2")
    #expect(throws: RunError.corrupt(path: run.archive, reason: "the origin of candidate 2 is 'sarch'")) {
      try RunStore.open(run.folder).candidates()
    }
  }

  @Test("an archive with bytes changed at random is opened and read, or refused, and never more")
  func fuzz() throws {
    let run = try MadeUpRun((1...8).map { .init("\($0)*mlp", scores: 0.1 * Double($0)) })
    try run.damage("SELECT 1")
    let good = try Data(contentsOf: URL(filePath: run.archive))
    var refused = 0
    var random = RandomStream(seed: 1, "damage")
    for _ in 0..<60 {
      var data = good
      for _ in 0..<1 + random.integer(below: 40) {
        data[random.integer(below: data.count)] = UInt8(random.integer(below: 256))
      }
      try data.write(to: URL(filePath: run.archive))
      do {
        let store = try RunStore.open(run.folder, isReadOnly: true)
        _ = (try store.candidates(), try store.evaluations(), try Front(store))
      } catch {
        refused += 1
        #expect(error is RunError, "\(error)")
      }
    }
    #expect(refused > 0)
  }
}
