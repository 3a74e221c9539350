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

  @Test("the table for people")
  func text() throws {
    let outcome = try Self.run("--x", "mad", "--y", "loss", "--class", "family", "--covariate", "size")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(lines[0].joined(separator: " ") == "mad against loss, 8 rows")
    #expect(lines[2] == ["rows", "predictor", "given", "count", "kind", "coefficient", "low", "high", "p"])
    #expect(lines[5].prefix(5) == ["all", "mad", "8", "kendall", "-0.929"])
    #expect(lines[8].prefix(6) == ["better", "half", "mad", "4", "kendall", "-1.000"])
    #expect(outcome.output.contains("\nclass x "))
    #expect(outcome.output.contains("\nnote: 8 rows are few"))
    #expect(outcome.output.contains("how much stronger than a covariate's"))
  }

  @Test("CSV and JSON")
  func formats() throws {
    let csv = try Self.run("--x", "mad", "--y", "loss", "--csv").output.split(separator: "\n")
    #expect(csv[0] == "subset,predictor,given,count,kind,coefficient,low,high,pValue")
    #expect(csv.count == 1 + 9 && csv[3].hasPrefix("all,mad,,8,kendall,-0.92857"))

    struct Output: Decodable {
      struct Row: Decodable { let subset, kind: String, count: Int, coefficient: Double?, low, high, pValue: Double? }
      struct Comparison: Decodable { let covariate, isBeaten: String, difference: Double }
      let x, y: String
      let rows: Int
      let correlations: [Row]
      let comparisons: [Comparison]
    }
    let text = try Self.run("--x", "mad", "--y", "loss", "--covariate", "size", "--json").output
    let output = try JSONDecoder().decode(Output.self, from: Data(text.utf8))
    #expect(output.x == "mad" && output.y == "loss" && output.rows == 8)
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
