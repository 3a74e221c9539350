import Foundation
import Testing

@Suite("evaluate")
struct EvaluateTests {
  /// Two trainings of a few steps.
  static let quick =
    ["evaluate", "gated-short-conv swiglu", "--steps", "4", "--dim", "16", "--jobs", "1"]
    + ["--task", "compression(length=8)", "--task", "memorization"]

  private struct Report: Decodable {
    struct Task: Decodable {
      let task: String
      let score: Double
    }
    struct Training: Decodable {
      struct Point: Decodable { let step: Int }
      let setting: String
      let curve: [Point]
    }
    let layout: String
    let score: Double
    let tasks: [Task]
    let trainings: [Training]
  }

  @Test("JSON holds scores and learning curves, the same on every run")
  func json() throws {
    let outcome = try Program.run(Self.quick + ["--json"])
    #expect(outcome.status == 0)
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.layout == "gated-short-conv swiglu")
    #expect(report.tasks.map(\.task) == ["compression", "memorization"])
    #expect(abs(report.score - (report.tasks[0].score + report.tasks[1].score) / 2) < 1e-12)
    #expect(report.trainings.map(\.setting) == ["compression(length=8)", "memorization(vocabulary=1024)"])
    #expect(report.trainings.allSatisfy { $0.curve.last?.step == 4 })
    let again = try JSONDecoder().decode(Report.self, from: Data(Program.run(Self.quick + ["--json"]).output.utf8))
    #expect(again.score == report.score)
  }

  @Test("a result file is filled, and the next run takes everything over from it")
  func saving() throws {
    let folder = try TemporaryFolder()
    let (file, curves) = (folder.url.appending(path: "r.jsonl").path(), folder.url.appending(path: "c.csv").path())
    let first = try Program.run(Self.quick + ["--save", file, "--curves", curves, "--csv"])
    #expect(first.status == 0)
    let saved = try String(contentsOfFile: file, encoding: .utf8)
    #expect(saved.split(separator: "\n").count == 2)
    #expect(try String(contentsOfFile: curves, encoding: .utf8).hasPrefix("setting,learningRate,weightDecay,seed,"))
    let second = try Program.run(Self.quick + ["--save", file, "--csv"])
    #expect(second.output == first.output)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == saved)
  }

  @Test("a printed protocol can be read back")
  func protocolFile() throws {
    let folder = try TemporaryFolder()
    let printed = try Program.run(Self.quick + ["--print-protocol"])
    let file = try folder.file("own.json", Array(printed.output.utf8))
    let own = try Program.run(["evaluate", "gated-short-conv swiglu", "--protocol", file, "--jobs", "1", "--csv"])
    func scores(_ csv: String) -> [String] {
      csv.split(separator: "\n").map { $0.split(separator: ",").dropLast().joined(separator: ",") }
    }
    #expect(scores(own.output) == scores(try Program.run(Self.quick + ["--csv"]).output))
  }

  @Test(
    "bad input ends with one clear line and its code",
    arguments: [
      (["evaluate", "hyena swigl"], 2, "layout, column 7: there is no primitive 'swigl'; did you mean 'swiglu'?"),
      (["evaluate", "attention(heads=7) swiglu"], 2, "layer 1, attention(heads=7): "),
      (
        ["evaluate", "swiglu", "--task", "compresion"], 2, "there is no task 'compresion'; did you mean 'compression'?"
      ),
      (["evaluate", "swiglu", "--task", "compression(length=0)"], 2, "length of compression must be "),
      (["evaluate", "swiglu", "--protocol", "quick"], 2, "there is no protocol 'quick'; the protocols are screen, "),
      (["evaluate", "swiglu", "--protocol", "/nowhere.json"], 65, "/nowhere.json: No such file or directory"),
      (["evaluate", "swiglu", "--steps", "0"], 2, "--steps must be from 1 to 10000000, found 0"),
      (["evaluate", "swiglu", "--learning-rate", "nan"], 2, "--learning-rate must be above 0"),
      (["evaluate", "swiglu", "--dim", "99999999999999999999"], 2, "The value '99999999999999999999' is invalid"),
      (["evaluate", "swiglu", "mlp"], 2, "one layout is expected, found 2 arguments"),
    ])
  func badInput(arguments: [String], status: Int32, message: String) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.isExit && outcome.status == status)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: " + message), "\(outcome.errors)")
  }

  @Test("a damaged result file and one that cannot be written are told apart, and nothing is lost")
  func resultFiles() throws {
    let folder = try TemporaryFolder()
    let damaged = try folder.file("damaged.jsonl", Array("{}\n{}\n".utf8))
    let outcome = try Program.run(Self.quick + ["--save", damaged])
    #expect(outcome.status == 65)
    #expect(outcome.errors.hasPrefix("madsearch: \(damaged), line 1: "))
    #expect(try String(contentsOfFile: damaged, encoding: .utf8) == "{}\n{}\n")
    let unwritable = try Program.run(Self.quick + ["--save", "/nowhere/results.jsonl"])
    #expect(unwritable.status == 69)
    #expect(unwritable.errors.contains("/nowhere/results.jsonl cannot be written"))
  }
}
