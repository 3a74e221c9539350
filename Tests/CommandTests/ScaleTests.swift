import Foundation
import TestSupport
import Testing

@Suite("scale")
struct ScaleTests {
  private let folder: TemporaryFolder
  private let text: String

  init() throws {
    folder = try TemporaryFolder()
    text = try folder.file("text", SampleText.bytes(40_000))
  }

  private var place: String { folder.path + "/study" }

  private func arguments(_ more: [String] = []) -> [String] {
    ["scale", "mlp", "gated-short-conv swiglu", "--budgets", "2e8", "6e8", "--sizes", "3", "--corpus", text]
      + ["--length", "32", "--batch", "4", "--folder", place] + more
  }

  /// The rows without the time that they took, by column.
  private static func rows(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let names = lines.first else { return [] }
    return lines.dropFirst().map { cells in
      Dictionary(uniqueKeysWithValues: zip(names, cells).map { (String($0), String($1)) })
        .filter { $0.key != "coreSeconds" }
    }
  }

  @Test("a study trains every size of every budget once, and keeps tables for fits")
  func study() throws {
    let plan = Self.rows(try Program.run(arguments(["--dry-run", "--csv"])).output)
    #expect(Set(plan.map { "\($0["number"] ?? "") \($0["budget"] ?? "")" }).count == 4)
    #expect(plan.allSatisfy { $0["status"] == "planned" })
    let outcome = try Program.run(arguments(["--csv"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = Self.rows(outcome.output)
    #expect(rows.count == plan.count)
    for (planned, row) in zip(plan, rows) {
      #expect(row["status"] == "finished" && row["parameters"] == planned["parameters"])
      #expect((Double(row["loss"] ?? "") ?? .nan) < 6)
    }
    func kept(_ name: String) throws -> String { try String(contentsOfFile: "\(place)/\(name)", encoding: .utf8) }
    #expect(try kept("trainings.csv") == outcome.output)
    #expect(try Self.rows(kept("layout-1.csv")) + Self.rows(kept("layout-2.csv")) == rows)
    #expect(try kept("layout-1.csv").hasPrefix("number,budget,dim,layers,parameters,state,tokens,flops,"))
    // Nothing is trained again, so that even the times are the same.
    #expect(try Program.run(arguments(["--csv"])).output == outcome.output)
  }

  @Test("a study that was killed or parked ends as an uninterrupted one")
  func interruption() throws {
    let whole = try Program.run(arguments(["--budgets", "1e10", "--csv"]))
    try FileManager.default.removeItem(atPath: place)
    let command = arguments(["--budgets", "1e10", "--csv"]).map { "'\($0)'" }.joined(separator: " ")
    let killed = try Program.shell(
      "$madsearch \(command) & until [ -d '\(place)' ]; do sleep 0.01; done; sleep 0.2; kill -9 $!; wait $!")
    #expect(killed.status == 137)
    let parked = try Program.shell("$madsearch \(command) & sleep 0.4; kill -INT $!; wait $!")
    #expect(parked.status == 130 && parked.errors.contains("interrupted; go on with the same command"))
    #expect(try Self.rows(Program.run(arguments(["--budgets", "1e10", "--csv"])).output) == Self.rows(whole.output))
    let left = try FileManager.default.contentsOfDirectory(atPath: place)
    #expect(left.allSatisfy { $0.hasSuffix(".json") || $0.hasSuffix(".csv") })
  }

  @Test(
    "bad budgets and layouts end with one clear line",
    arguments: [
      (["--budgets", "0"], "--budgets must be from 1e+06 to 1e+25, found 0.0"),
      (["--budgets", "nan"], "--budgets must be from 1e+06 to 1e+25, found nan"),
      (["--budgets", "1e9", "1e9"], "--budgets must differ"),
      (["--budgets", "1e6"], "a budget of 1000000.0 FLOPs is less than the smallest model takes for 20 steps"),
      (["--sizes", "0"], "--sizes must be from 1 to 100, found 0"),
      (["--learning-rate", "0"], "--learning-rate must be above 0"),
    ])
  func badOptions(options: [String], message: String) throws {
    let outcome = try Program.run(arguments(options))
    #expect(outcome.isExit && outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: " + message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: place))
  }

  @Test("a folder that cannot be written ends with 69")
  func unwritable() throws {
    let outcome = try Program.run(arguments(["--folder", "/proc/nothing"]))
    #expect(outcome.status == 69 && outcome.errors.hasPrefix("madsearch: /proc/nothing cannot be written: "))
    #expect(try Program.run("scale").status == 2)
  }
}
