import Foundation
import RunSupport
import Testing

@Suite("show")
struct ShowTests {
  private static func run() throws -> MadeUpRun {
    try MadeUpRun([
      .init("mlp", [[.score(0.5), .score(0.54)], [.score(0.625)]]),
      .init("2*mlp", hybrid: "samba", [[.score(0.45)], [.failed("no memory")]]), .init("3*mlp", [[.queued]]),
    ])
  }

  private static func show(_ run: MadeUpRun, _ arguments: String) throws -> Program.Outcome {
    try Program.shell("cd '\(run.place.path(percentEncoded: false))'; $madsearch show \(arguments)")
  }

  private struct Report: Decodable {
    struct Evaluation: Decodable {
      let rung, replicate: Int
      let status: String
      let score: Double?
      let tasks: [String: Double]
      let reason: String?
    }
    struct Standing: Decodable {
      let rung, place, of, replicates: Int
      let onFront: Bool
      let dominatedBy: [Int]
    }
    let candidate, state, parameters: Int
    let layout: String
    let hybrid: String?
    let evaluations: [Evaluation]
    let standings: [Standing]
  }

  @Test("the text has costs, evaluations, scores by task and the place among the others")
  func text() throws {
    let outcome = try Self.show(Self.run(), "small 1")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(
      outcome.output == """
        Candidate 1 of small

        layout          mlp
        origin          search
        layers          1
        parameters      10,528
        forward FLOPs   12,288 per token
        training FLOPs  36,864 per token
        state           0
        cache           0

        rung  protocol  replicate  status   score  ± s.e.  core-s  attempts
           1  screen            1  done    0.5000             2.0         0
           1  screen            2  done    0.5400             2.0         0
           2  mad               1  done    0.6250             2.0         0

        task               screen  screen #2     mad
        in-context-recall  0.5000     0.5400  0.6250

        rung 1 (screen): score 0.5200 ± 0.0200, number 1 of 2; on the front of quality, flops, P(front) 1.00
        rung 2 (mad): score 0.6250, number 1 of 1; on the front of quality, flops

        """)
  }

  @Test("a candidate is called by number, by hybrid or by layout", arguments: ["2", "samba", "'mlp mlp'", "'2*mlp'"])
  func names(candidate: String) throws {
    let outcome = try Self.show(Self.run(), "small \(candidate) --json")
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.candidate == 2 && report.layout == "mlp mlp" && report.hybrid == "samba" && report.state == 0)
    #expect(report.evaluations.map(\.status) == ["done", "failed"])
    #expect(report.evaluations.map(\.score) == [0.45, nil])
    #expect(report.evaluations[1].reason == "no memory" && report.evaluations[1].tasks.isEmpty)
    #expect(report.standings.map(\.rung) == [1])
    #expect(report.standings[0].dominatedBy == [1] && !report.standings[0].onFront)
  }

  @Test("CSV has a row for each evaluation, and learning curves can be had")
  func curves() throws {
    let run = try Self.run()
    let outcome = try Self.show(run, "small 1 --csv --curves c.csv")
    #expect(outcome.output.split(separator: "\n").count == 4)
    #expect(outcome.output.hasPrefix("rung,protocol,replicate,status,score,loss,standardError,"))
    let csv = try String(contentsOf: run.place.appending(path: "c.csv"), encoding: .utf8).split(separator: "\n")
    #expect(csv.count == 7 && csv[0].hasPrefix("rung,replicate,setting,learningRate,"))
    #expect(csv[3].hasPrefix("1,2,") && csv[5].hasPrefix("2,1,"))
    #expect(try Self.show(run, "small 1 --curves c.json").status == 0)
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: run.place.appending(path: "c.json")))
    #expect((json as? [[String: Any]])?.compactMap { $0["rung"] as? Int } == [1, 1, 2])
  }

  @Test("a candidate that was not evaluated yet is shown so")
  func notEvaluated() throws {
    let outcome = try Self.show(Self.run(), "small 3")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasSuffix("   1  screen            1  queued                    0.0         0\n"))
  }

  @Test(
    "bad input ends with a clear line and its code",
    arguments: [
      ("nothing 1", 65, "results/nothing holds no run\n"),
      ("small 4", 2, "small has no candidate 4; its candidates are 1 to 3\n"),
      ("small 99999999999999999999", 2, "layout, column 1: "),
      ("small swiglu", 2, "small has no candidate 'swiglu'; nearest are\n  1: mlp\n  2: mlp mlp\n  3: mlp mlp mlp\n"),
      ("small mpl", 2, "layout, column 1: there is no primitive 'mpl'; did you mean 'mlp'?\n"),
      ("small mlp mlp", 2, "one layout is expected, found 2 arguments; put it in quotes: 'mlp mlp'\n"),
      ("small 1 --curves /nowhere/c.csv", 69, "/nowhere/c.csv cannot be written: No such file or directory\n"),
      ("small", 2, "Missing expected argument '<candidate> ...'"),
    ])
  func badInput(arguments: String, status: Int32, message: String) throws {
    let outcome = try Self.show(Self.run(), arguments)
    #expect(outcome.isExit && outcome.status == status)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: ") && outcome.errors.contains(message), "\(outcome.errors)")
  }
}
