import Foundation
import Testing

@Suite("benchmark search")
struct BenchmarkSearchTests {
  /// Four layouts, the two with an 'mlp(dim_inner=4)' first better than their cost.
  static let layouts = """
    {
      "space": {
        "name": "tiny", "model": { "dim": 8, "context": 4 },
        "grammar": { "start": "layout", "rules": {
          "layout": { "sequence": ["block", "block"] },
          "block": { "choice": ["mlp(dim_inner=3)", "mlp(dim_inner=4)"] }
        } },
        "objectives": ["quality", "flops"]
      },
      "seeds": [1], "chance": 0.1, "limits": { "state": 1, "flops": 5000, "parameters": 5000 },
      "layouts": [
        { "layout": "mlp(dim_inner=3) mlp(dim_inner=3)", "scores": [0.2] },
        { "layout": "mlp(dim_inner=3) mlp(dim_inner=4)", "scores": [0.3] },
        { "layout": "mlp(dim_inner=4) mlp(dim_inner=3)", "scores": [0.6] },
        { "layout": "mlp(dim_inner=4) mlp(dim_inner=4)", "scores": [0.5] }
      ]
    }
    """

  static let stacks = """
    { "a": { "test_acc": [90], "flops": 3 }, "b": { "test_acc": [85], "flops": 2 }, "c": { "test_acc": [95], "flops": 4 } }
    """

  private static func file(_ text: String, in folder: TemporaryFolder) throws -> String {
    try folder.file("table.json", text.utf8)
  }

  @Test("both forms of a table give shares of the hypervolume and the evaluations that they take")
  func forms() throws {
    let folder = try TemporaryFolder()
    for (text, count) in [(Self.layouts, 4), (Self.stacks, 3)] {
      let path = try Self.file(text, in: folder)
      let outcome = try Program.run(
        "benchmark", "search", path, "--strategy", "random", "--seeds", "6", "--evaluations", "\(count)", "--batch",
        "1")
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count == 6, "\(outcome.output)")
      #expect(lines[0] == "strategy  evaluations  hypervolume  std. error  seeds  regret  std. error")
      #expect(lines[1] == "random              \(count)       1.0000      0.0000      6  0.0000      0.0000")
      #expect(
        lines[2]
          == "strategy  hypervolume  seeds  reached  mean evaluations  std. error  median  95 % from   to")
      #expect(lines[5].hasPrefix("random           0.99      6        6"))
    }
  }

  @Test("CSV, JSON and files for plots say the same")
  func formats() throws {
    struct Output: Decodable {
      struct Row: Decodable { let strategy: String, evaluations: Int, hypervolumeShare, regret: Double, seeds: Int }
      struct Need: Decodable { let strategy: String, hypervolumeShare: Double, reached: Int, median: Double? }
      let rows: [Row]
      let needed: [Need]
    }
    let folder = try TemporaryFolder()
    let path = try Self.file(Self.layouts, in: folder)
    let (history, needed) = (folder.url.path + "/history.csv", folder.url.path + "/needed.csv")
    let arguments = ["benchmark", "search", path, "--seeds", "2", "--evaluations", "4", "--batch", "2"]
    let json = try Program.run(arguments + ["--json", "--history", history, "--needed", needed])
    #expect(json.status == 0 && json.errors.isEmpty, "\(json.errors)")
    let output = try JSONDecoder().decode(Output.self, from: Data(json.output.utf8))
    #expect(output.rows.map(\.strategy) == ["evolution", "nsga2", "regularized-evolution", "local", "random"])
    #expect(output.rows.allSatisfy { $0.evaluations == 4 && $0.seeds == 2 })
    #expect(output.rows.allSatisfy { $0.hypervolumeShare == 1 && $0.regret == 0 })
    #expect(output.needed.count == 15)
    #expect(output.needed.allSatisfy { $0.reached == 2 && [2, 3, 4].contains($0.median) })
    let csv = try Program.run(arguments + ["--csv"]).output.split(separator: "\n")
    #expect(csv[0] == "strategy,evaluations,hypervolumeShare,standardError,seeds,regret,regretStandardError")
    #expect(csv[1] == "evolution,4,1,0,2,0,0" && csv.count == 6)
    let lines = try String(contentsOfFile: history, encoding: .utf8).split(separator: "\n")
    #expect(lines[0] == "strategy,seed,evaluations,hypervolumeShare,regret" && lines.count == 1 + 5 * 2 * 2)
    #expect(lines[1].hasPrefix("evolution,1,2,") && lines[2] == "evolution,1,4,1,0")
    let table = try String(contentsOfFile: needed, encoding: .utf8).split(separator: "\n")
    #expect(
      table[0] == "strategy,hypervolumeShare,seeds,reached,mean,standardError,median,medianLow,medianHigh"
        && table.count == 16)
  }

  @Test("what is wrong with a table is said with its path, and ends with 65")
  func errors() throws {
    let folder = try TemporaryFolder()
    let cases = [
      (
        Self.layouts.replacing("[0.2]", with: "[2]"),
        ": $.layouts[0].scores[0]: it must be a number from 0 to 1, found 2\n"
      ),
      (Self.layouts.replacing("0.1,", with: "0.6,"), ": no layout scores above $.chance at costs below $.limits\n"),
      ("{ \"a\": 1, \"b\": 2 }", ": $.a: it must be an object, found 1\n"),
      (
        Self.stacks.replacing("9", with: "7").replacing("85", with: "75"),
        ": no stack has a mean accuracy above 80 per cent"
      ),
      ("{", ": $: it is not JSON: line 1, column 2: "),
    ]
    for (text, message) in cases {
      let path = try Self.file(text, in: folder)
      let outcome = try Program.run("benchmark", "search", path, "--seeds", "1", "--evaluations", "2")
      #expect(outcome.status == 65 && outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("madsearch: " + path + message), "\(outcome.errors)")
    }
  }

  @Test("a table of layouts has its own floor, and files that cannot be written are said at once")
  func options() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(Self.layouts, in: folder)
    let floor = try Program.run("benchmark", "search", path, "--floor", "3")
    #expect(floor.status == 2)
    #expect(floor.errors == "madsearch: --floor is for stacks; \(path) says its own, the chance score\n")
    let unwritable = try Program.run("benchmark", "search", path, "--history", "/nowhere/history.csv")
    #expect(unwritable.status == 69)
    #expect(unwritable.errors.hasPrefix("madsearch: /nowhere/history.csv cannot be written: "))
  }
}
