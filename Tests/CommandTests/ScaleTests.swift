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
      (["--target", "0"], "--target must be above 0, found 0"),
      (["--bootstrap", "-1"], "--bootstrap must be from 0 to 1000000, found -1"),
      (
        ["--baseline", "transfomer++"],
        "--baseline: there is no hybrid or primitive 'transfomer++'; did you mean 'transformer++'?"
      ),
      (["--baseline", "zzzzzzzzz"], "--baseline: there is no hybrid or primitive 'zzzzzzzzz'; the hybrids are "),
      (["--baseline", "hybrid:mambo"], "there is no hybrid 'mambo'; did you mean 'mamba'?"),
      (["--baseline", "mamba |"], "layout, column 8"),
      (["--baseline", "transformer++:8"], "'transformer++' is a hybrid, not a primitive; write 'hybrid:"),
      (["--baseline", "transformer++"], "--baseline: a budget of 200000000.0 FLOPs is less than the smallest model"),
    ])
  func badOptions(options: [String], message: String) throws {
    let outcome = try Program.run(arguments(options))
    #expect(outcome.isExit && outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: " + message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: place))
  }

  @Test("layouts that are the same, alone with the baseline, or in no file")
  func badLayouts() throws {
    let tail = ["--budgets", "1e10", "--corpus", text, "--folder", place]
    let same = try Program.run(["scale", "mlp", "swiglu", "2*mlp"] + tail)
    #expect(same.status == 2 && same.errors == "madsearch: layouts 1 and 3 are the same in a study, mlp\n")
    let alone = try Program.run(["scale", "attention swiglu", "--baseline", "transformer++"] + tail)
    #expect(alone.status == 2 && alone.errors.hasPrefix("madsearch: --baseline: the only layout is the baseline"))
    let missing = try Program.run(["scale", "mlp", "--baseline", "@/nowhere"] + tail)
    #expect(missing.status == 65 && missing.errors == "madsearch: /nowhere: No such file or directory\n")
  }

  @Test("a baseline is the last layout unless it is one of them")
  func baseline() throws {
    func layouts(_ more: [String]) throws -> Set<String> {
      Set(Self.rows(try Program.run(arguments(["--dry-run", "--csv"] + more)).output).map { $0["number"] ?? "" })
    }
    #expect(try layouts(["--baseline", "mamba"]) == ["1", "2", "3"])
    #expect(try layouts(["--baseline", "4*mlp"]) == ["1", "2"])
  }

  @Test("too few sizes, no state and diverged trainings are told")
  func fewSizes() throws {
    let outcome = try Program.run(arguments(["--baseline", "mlp", "--past-optimum"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    for part in [
      "layout 1 (baseline), mlp: no state-optimal size, it keeps no state", "of the three that a parabola takes",
      "layout 2, gated-short-conv swiglu, against layout 1, mlp", "no power law of loss: it takes three such budgets",
      "note: no comparison at 2e+08",
      "at equal state: layout 2: its state is the same at all sizes; layout 1: it keeps no state",
      "note: layout 1 has no optimum inside the sizes of this budget: nothing is trained past it",
    ] {
      #expect(outcome.output.contains(part), "\(part)")
    }
    let diverged = try Program.run([
      "scale", "mamba", "--budgets", "1e9", "--learning-rate", "10", "--corpus", text, "--folder", place,
    ])
    #expect(diverged.status == 0 && diverged.output.contains(" diverged and "), "\(diverged.output)")
  }

  @Test("a folder that cannot be written ends with 69")
  func unwritable() throws {
    let outcome = try Program.run(arguments(["--folder", "/proc/nothing"]))
    #expect(outcome.status == 69 && outcome.errors.hasPrefix("madsearch: /proc/nothing cannot be written: "))
    #expect(try Program.run("scale").status == 2)
  }
}
