import Foundation
import Testing

@Suite("correlate")
struct CorrelateTests {
  // In order but for the second and third: of 28 pairs 27 are discordant.
  static let table = """
    layout,family,size,mad,loss
    a,x,1,0.1,3.0
    b,x,3,0.3,2.8
    c,y,2,0.2,2.7
    d,y,4,0.4,2.6
    e,x,2,0.5,2.5
    f,x,1,0.6,2.4
    g,y,3,0.7,2.3
    "h, the best",y,4,0.8,2.2
    """

  static func run(_ arguments: String...) throws -> Program.Outcome {
    let folder = try TemporaryFolder()
    return try Program.run(
      ["correlate", folder.file("t.csv", table.utf8)] + arguments + ["--bootstrap", "100", "--permutations", "99"])
  }

  @Test("the sections for people")
  func text() throws {
    let outcome = try Self.run("--x", "mad", "--y", "loss", "--class", "family", "--covariate", "size")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(lines[0].joined(separator: " ") == "mad against loss, 8 things")
    #expect(outcome.output.contains("\nLower loss is better, so a good score is near -1: a τ-b \"of at least 0.8\""))
    #expect(lines[5] == ["things", "count", "kind", "coefficient", "low", "high", "p"])
    #expect(lines[8].prefix(4) == ["all", "8", "kendall", "-0.929"])
    #expect(lines[11].prefix(5) == ["better", "half", "4", "kendall", "-1.000"])
    #expect(outcome.output.contains("\nclass x "))
    #expect(outcome.output.contains("\nnote: 8 things are few"))
    #expect(
      outcome.output.contains(
        "\nnote: of the standard deviation of loss, the better half has 48 %, the top quarter has 26 %"))
    #expect(outcome.output.contains("\ncovariates on their own, Kendall's\n"))
    #expect(!outcome.output.contains("parts") && !outcome.output.contains("noise"), "nothing that was not asked for")
    let higher = try Self.run("--x", "mad", "--y", "loss", "--better", "higher").output
    #expect(higher.contains("\nHigher loss is better, so a good score is near 1.\n"))
    #expect(higher.contains("\nnote: mad rises as loss gets worse"))
  }

  @Test("the verdict over covariates")
  func verdict() throws {
    let folder = try TemporaryFolder()
    let lines = ["mad,loss,oracle,noise,same"] + (0..<12).map { "\($0),\(20 - $0),\(3 * $0),\($0 * 5 % 12),1" }
    let path = try folder.file("t.csv", lines.joined(separator: "\n").utf8)
    func verdict(_ columns: String..., draws: String = "200") throws -> String? {
      let covariates = columns.flatMap { ["--covariate", $0] }
      let outcome = try Program.run(
        ["correlate", path, "--x", "mad", "--y", "loss", "--bootstrap", draws, "--permutations", "9"] + covariates)
      return outcome.output.split(separator: "\n").first { $0.hasPrefix("verdict: ") }.map(String.init)
    }
    #expect(try verdict("noise", "same") == "verdict: mad beats every covariate (Kendall, 95 %)")
    #expect(try verdict("noise", "oracle") == "verdict: mad does not beat: oracle (Kendall, 95 %)")
    #expect(
      try verdict("noise", draws: "0") == "verdict: whether mad beats the covariates cannot be told without intervals")
    #expect(try verdict() == nil)
  }

  @Test("the points and a chart of them, numbered alike")
  func points() throws {
    let folder = try TemporaryFolder()
    let rows = [
      "layout,family,size,mad,loss", "a,x,1,0.1,3", "a,x,1,0.3,3.5", "b,y,2,0.4,2", "\"c<1>, d\",x,4,0.3,2.5",
    ]
    let path = try folder.file("t.csv", rows.joined(separator: "\n").utf8)
    let (points, chart) = (path + ".points", path + ".svg")
    let outcome = try Program.run([
      "correlate", path, "--x", "mad", "--y", "loss", "--group", "layout", "--class", "family", "--covariate", "size",
      "--bootstrap", "50", "--permutations", "9", "--points", points, "--svg", chart,
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = try String(contentsOfFile: points, encoding: .utf8).split(separator: "\n")
    #expect(
      lines[0]
        == "point,name,class,x,xStandardError,xMeasurements,y,yStandardError,yMeasurements,size")
    #expect(lines[1] == "1,b,y,0.4,,1,2,,1,2" && lines[2] == "2,\"c<1>, d\",x,0.3,,1,2.5,,1,4")
    #expect(lines[3].hasPrefix("3,a,x,0.2,0.09") && lines[3].contains(",2,3.25,0.25,2,1"))
    let svg = try String(contentsOfFile: chart, encoding: .utf8)
    #expect(svg.contains("<title>2: c&lt;1&gt;, d: mad 0.3, loss 2.5</title>") && svg.contains(">3</text>"))
    #expect(svg.contains("kendall -1.00"))
    let unwritable = try Self.run("--x", "mad", "--y", "loss", "--svg", "/nowhere/chart.svg")
    #expect(unwritable.status != 0 && unwritable.errors.contains("/nowhere/chart.svg"), "\(unwritable.errors)")
  }

  @Test("CSV and JSON")
  func formats() throws {
    let csv = try Self.run("--x", "mad", "--y", "loss", "--csv").output.split(separator: "\n")
    #expect(csv[0] == "subset,predictor,given,count,kind,coefficient,low,high,pValue")
    #expect(csv.count == 1 + 9 && csv[3].hasPrefix("all,mad,,8,kendall,-0.92857"))

    struct Output: Decodable {
      struct Row: Decodable { let subset, kind: String, count: Int, coefficient: Double?, low, high, pValue: Double? }
      struct Comparison: Decodable { let covariate: String, isBeaten: Bool, difference: Double }
      let x, y, better: String
      let things: Int
      let correlations: [Row]
      let comparisons: [Comparison]
    }
    let text = try Self.run("--x", "mad", "--y", "loss", "--covariate", "size", "--json").output
    let output = try JSONDecoder().decode(Output.self, from: Data(text.utf8))
    #expect(output.x == "mad" && output.y == "loss" && output.things == 8 && output.better == "lower")
    let kendall = output.correlations[2]
    #expect(abs((kendall.coefficient ?? 0) + 26.0 / 28) < 1e-12)
    #expect(try #require(kendall.low) <= -26.0 / 28 && -26.0 / 28 <= #require(kendall.high))
    #expect(output.comparisons.count == 3 && output.comparisons.allSatisfy { $0.difference > 0 })
    #expect(text == (try Self.run("--x", "mad", "--y", "loss", "--covariate", "size", "--json").output))
  }

  @Test(
    "bad columns end with 65",
    arguments: [
      (["--x", "mda", "--y", "loss"], "line 1: there is no column 'mda'; did you mean 'mad'?"),
      (
        ["--x", "mad", "--y", "loss", "--class", "famly"], "line 1: there is no column 'famly'; did you mean 'family'?"
      ),
      (
        ["--x", "mad", "--y", "loss", "--part", "size", "--part", "los"],
        "line 1: there is no column 'los'; did you mean 'loss'?"
      ),
      (
        ["--x", "mad", "--y", "loss", "--group", "layuot"],
        "line 1: there is no column 'layuot'; did you mean 'layout'?"
      ),
      (["--x", "layout", "--y", "loss"], "line 2, column 'layout': it must be a number, found 'a'"),
    ])
  func badColumns(arguments: [String], message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", Self.table.utf8)
    let outcome = try Program.run(["correlate", path] + arguments)
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: \(path), \(message)"), "\(outcome.errors)")
  }

  @Test("too few rows end with 65, bad options with 2")
  func unsuitable() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", "a,b\n1,2\n3,4\n".utf8)
    let few = try Program.run("correlate", path, "--x", "a", "--y", "b")
    #expect(few.status == 65 && few.errors == "madsearch: \(path), line 1: at least three rows are needed, found 2\n")
    #expect(try Program.run("correlate", path, "--x", "a").status == 2)
    let none = try Program.run("correlate", path, "--x", "a", "--y", "b", "--permutations", "0")
    #expect(none.status == 2 && none.errors.hasPrefix("madsearch: --permutations must be from 1 to 1000000, found 0"))
  }
}
