import Foundation
import RunSupport
import Testing

@Suite("pareto")
struct ParetoCommandTests {
  /// Scores of layouts of one to four layers, with a known hybrid that is dominated and one that is not.
  static func run() throws -> MadeUpRun {
    try MadeUpRun([
      .init("mlp", scores: 0.5, 0.52), .init("2*mlp", hybrid: "samba", scores: 0.45),
      .init("3*mlp", hybrid: "jamba", scores: 0.6), .init("4*mlp", scores: 0.595, 0.61),
      .init("5*mlp", hybrid: "zamba", [[.diverged(0.2)]]), .init("2*mlp swiglu", scores: 0.6005),
    ])
  }

  private struct Report: Decodable {
    struct Candidate: Decodable {
      struct Dominator: Decodable {
        let candidate: Int
        let probability: Double?
      }
      let candidate, replicates: Int
      let onFront: Bool
      let rank: Int?
      let score: Double
      let standardError, probability: Double?
      let hybrid: String?
      let dominatedBy: [Dominator]
      let layout: String
    }
    let run, `protocol`: String
    let rung, measured: Int
    let objectives: [String]
    let hypervolume: Double
    let reference: [String: Double]
    let candidates: [Candidate]
  }

  private static func pareto(_ run: MadeUpRun, _ arguments: String) throws -> Program.Outcome {
    try Program.shell("cd '\(run.place.path(percentEncoded: false))'; $madsearch pareto \(arguments)")
  }

  @Test("the text has the front, the known hybrids, what is noise and the hypervolume")
  func text() throws {
    let outcome = try Self.pareto(Self.run(), "small")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(
      outcome.output == """
        Non-dominated at rung 1 by quality, flops:

        candidate   score  ± s.e.  n  P(front)  FLOPs/token  known hybrid  in grammar  layout
                4  0.6025  0.0086  2      0.37       24,576                yes         mlp mlp mlp mlp
                6  0.6005  0.0125  1      0.52       20,992                no          mlp mlp swiglu
                3  0.6000  0.0125  1      1.00       20,480  jamba         yes         mlp mlp mlp
                1  0.5100  0.0091  2      1.00       12,288                yes         mlp

        Known hybrids at this rung:

        candidate   score  ± s.e.  n  P(front)  FLOPs/token  known hybrid  dominated by  layout
                3  0.6000  0.0125  1      1.00       20,480  jamba         on the front  mlp mlp mlp
                2  0.4500  0.0125  1      0.00       16,384  samba         1 (> 99 %)    mlp mlp

        P(front) is the probability of being non-dominated, given the noise of all scores, known from the 2 of 5 with n > 1.
        More likely dominated than not, and on the front by their mean scores only: 4.
        Known hybrids without a score at this rung: zamba (diverged).
        Hypervolume 0.2527: quality above 0.100, FLOPs/token below 43,008, costs as decimal logarithms.

        """)
  }

  @Test("JSON and CSV have the front and the known hybrids; all candidates if asked")
  func machine() throws {
    let run = try Self.run()
    let report = try JSONDecoder().decode(Report.self, from: Data(Self.pareto(run, "small --json").output.utf8))
    #expect(report.run == "small" && report.rung == 1 && report.protocol == "screen" && report.measured == 5)
    #expect(report.objectives == ["quality", "flops"])
    #expect(report.candidates.map(\.candidate) == [4, 6, 3, 1, 2])
    #expect(report.candidates.map(\.onFront) == [true, true, true, true, false])
    #expect(report.candidates[4].dominatedBy.map(\.candidate) == [1])
    #expect(report.candidates[4].dominatedBy[0].probability ?? 0 > 0.95)
    #expect(report.reference.keys.sorted() == ["flops", "quality"] && report.hypervolume > 0)
    let csv = try Self.pareto(run, "results/small --csv").output.split(separator: "\n")
    #expect(csv.count == 6 && csv[0].hasPrefix("candidate,onFront,rank,score,standardError,replicates,probability,"))
    let small = try Self.pareto(run, "small --objectives quality,state --csv").output.split(separator: "\n")
    #expect(small.count == 4, "4, and the known hybrids 2 and 3")
    #expect(
      try Self.pareto(run, "small --objectives quality,state --csv --all").output.split(separator: "\n").count == 6)
  }

  @Test("charts are written, the same every time")
  func charts() throws {
    let run = try Self.run()
    func written(_ name: String) throws -> String {
      try String(contentsOf: run.place.appending(path: name), encoding: .utf8)
    }
    for number in 1...2 {
      let outcome = try Self.pareto(
        run, "small --svg a\(number).svg --vega b\(number).json --history c\(number).svg --csv")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try written("a1.svg") == written("a2.svg") && written("a1.svg").hasPrefix("<svg "))
    #expect(try written("b1.json") == written("b2.json"))
    let specification = try JSONSerialization.jsonObject(with: Data(written("b1.json").utf8)) as? [String: Any]
    #expect((specification?["$schema"] as? String)?.contains("vega-lite") == true)
    #expect(try written("c1.svg") == written("c2.svg"))
    #expect(try Self.pareto(run, "small --history c.csv").status == 0)
    #expect(try written("c.csv").split(separator: "\n").count == 9, "eight evaluations")
  }

  @Test("the terminal's chart fits its width, and is ASCII where the terminal has nothing else", arguments: [60, 100])
  func plot(width: Int) throws {
    let run = try Self.run()
    let plain = try Self.pareto(run, "small --plot").output
    #expect(plain.contains("\n\nNon-dominated at rung 1 by quality, flops:\n"))
    let dumb = try Program.shell(
      "cd '\(run.place.path(percentEncoded: false))'; TERM=dumb COLUMNS=\(width) $madsearch pareto small --plot")
    let chart = dumb.output.components(separatedBy: "Non-dominated")[0]
    #expect(chart.allSatisfy { $0.isASCII })
    #expect(chart.split(separator: "\n").allSatisfy { $0.count <= width })
    let unicode = try Program.shell(
      "cd '\(run.place.path(percentEncoded: false))'; LC_ALL=C.UTF-8 TERM=xterm $madsearch pareto small --plot")
    #expect(unicode.output.contains("●") && !unicode.output.contains("\u{1B}"))
  }

  @Test(
    "bad input ends with one clear line and its code",
    arguments: [
      ("nothing", 65, "results/nothing holds no run\n"),
      ("small --rung 3", 2, "there is no rung 3; the rungs of small are 1 (screen), 2 (mad)"),
      ("small --rung scren", 2, "there is no rung 'scren'; did you mean 'screen'?"),
      ("small --rung 99999999999999999999", 2, "there is no rung '99999999999999999999'; the rungs of small are "),
      ("small --objectives quality,sate", 2, "there is no objective 'sate'; did you mean 'state'?"),
      ("small --objectives state,flops", 2, "--objectives must name quality: "),
      ("small --objectives quality", 2, "--objectives must name quality and one to three costs, "),
      ("small --objectives quality,flops,flops", 2, "--objectives must name quality and one to three costs, "),
      ("small --svg /nowhere/a.svg", 69, "/nowhere/a.svg cannot be written: No such file or directory"),
      ("small --svg /dev/full", 2, "--svg writes SVG: the file must end in .svg, found '/dev/full'"),
      ("small --vega /dev/full", 69, "/dev/full cannot be written: No space left on device"),
      ("small --plot --json", 2, "--plot excludes --json and --csv"),
    ])
  func badInput(arguments: String, status: Int32, message: String) throws {
    let outcome = try Self.pareto(Self.run(), arguments)
    #expect(outcome.isExit && outcome.status == status)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: ") && outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test("where there is no front it says so and what comes nearest")
  func shortfall() throws {
    let empty = try Self.pareto(MadeUpRun([]), "small")
    #expect(empty.status == 0 && empty.output.isEmpty)
    #expect(empty.errors == "madsearch: nothing has been measured at rung 1 (screen) yet\n")
    let failed = try Self.pareto(
      MadeUpRun([.init("mlp", [[.failed("its worker ended")]]), .init("2*mlp", [[.queued]])]), "small")
    #expect(
      failed.errors
        == "madsearch: nothing has been measured at rung 1 (screen) yet: 1 queued, 1 failed; the first failed because "
        + "its worker ended\n")
    let diverged = try Self.pareto(MadeUpRun([.init("mlp", [[.diverged(0.25)]])]), "small --rung mad")
    #expect(diverged.errors == "madsearch: nothing has been measured at rung 2 (mad) yet\n")
    let infeasible = try Self.pareto(
      MadeUpRun([.init("4*mlp", scores: 0.5)], constraints: #"{ "layers": { "max": 3 } }"#), "small")
    #expect(
      infeasible.errors
        == "madsearch: no candidate that was measured at rung 1 (screen) meets the constraints; nearest is 1 "
        + "(mlp mlp mlp mlp): layers is 4, at most 3 is allowed\n")
    let json = try Self.pareto(MadeUpRun([]), "small --json")
    #expect(json.status == 0 && json.output.contains(#""candidates": []"#))
  }
}
