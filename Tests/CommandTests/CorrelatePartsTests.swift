import Foundation
import Testing

@Suite("correlate with replicates and parts")
struct CorrelatePartsTests {
  /// Twelve layouts with two seeds each; the first part tells the loss, the second is noise, the third constant. Of the
  /// size there is one measurement.
  static let table: String = {
    var lines = ["layout,family,first,second,third,mad,loss,size"]
    for layout in 0..<12 {
      for seed in 0..<2 {
        let first = Double(layout) + (seed == 0 ? 0.25 : -0.25)
        let second = Double(layout * 7 % 12) / 2
        let loss = 20 - Double(layout) + (seed == layout % 2 ? 0.5 : -0.5)
        let cells = [first, second, 3, (first + second + 3) / 3, loss, Double(layout % 5)]
        lines.append("layout \(layout),\(layout < 6 ? "a" : "b"),\(cells.map { "\($0)" }.joined(separator: ","))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }()
  static let parts = ["first", "second", "third"].flatMap { ["--part", $0] }

  static func run(_ arguments: [String], _ table: String = table) throws -> Program.Outcome {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", table.utf8)
    return try Program.run(
      ["correlate", path, "--x", "mad", "--y", "loss", "--bootstrap", "100", "--permutations", "99"] + arguments)
  }

  @Test("the sections for people")
  func text() throws {
    let outcome = try Self.run(["--group", "layout", "--class", "family"] + Self.parts)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let output = outcome.output
    #expect(output.hasPrefix("mad against loss, 12 things\n"))
    let words = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(words.contains { $0.prefix(2) == ["mad", "24"] } && words.contains { $0.prefix(2) == ["loss", "24"] })
    #expect(words.contains { $0.prefix(2) == ["first", "-1.000"] })
    #expect(words.contains { $0.prefix(4) == ["kind", "plain", "mean", "low"] })
    #expect(output.contains("\nparts, Kendall's, and the mean of the parts without each\n"))
    #expect(output.contains("\nnote: third: the same for all things"))
    #expect(output.contains("\nnote: the mean of the parts is better without: second (each alone"))
    #expect(!output.contains("has no replicates") && !output.contains("is not the mean of the parts"))
  }

  @Test("a number that the rows of a thing repeat was measured once")
  func once() throws {
    let outcome = try Self.run(["--group", "layout", "--x", "size"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\nnote: size has no replicates: the correction takes it to be without noise\n"))
    let neither = try Self.run([])
    #expect(neither.output.hasPrefix("mad against loss, 24 things\n") && !neither.output.contains("reliability"))
  }

  @Test("CSV and JSON")
  func formats() throws {
    let csv = try Self.run(["--group", "layout", "--csv"] + Self.parts).output.split(separator: "\n")
    let predictors = csv.dropFirst().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[1]) }
    let names = ["first", "second", "third"]
    var expected = [String](repeating: "mad", count: 9) + ["mad corrected", "mad corrected"]
    for name in names { expected += [String](repeating: "part " + name, count: 3) }
    for name in names { expected += [String](repeating: "mean of parts without " + name, count: 3) }
    for name in ["mean of parts", "parts of equal spread", "reweighted parts held out"] {
      expected += [String](repeating: name, count: 3)
    }
    #expect(predictors == expected)

    struct Output: Decodable {
      struct Side: Decodable { let axis, side: String, measurements: Int, reliability, low, high: Double? }
      struct Part: Decodable { let part, kind: String, coefficient, coefficientWithout, difference: Double? }
      struct Gain: Decodable { let kind: String, mean, heldOut, gain, low, high: Double? }
      struct Weight: Decodable { let part: String, weight: Double }
      struct Reweighting: Decodable { let weights: [Weight], gains: [Gain] }
      let things: Int
      let reliability: [Side]
      let parts: [Part]
      let reweighting: Reweighting
      let rangeLeft: [String: Double]
    }
    let text = try Self.run(["--group", "layout", "--json"] + Self.parts).output
    let output = try JSONDecoder().decode(Output.self, from: Data(text.utf8))
    #expect(output.things == 12 && output.reliability[0].measurements == 24)
    // Noise 2·0.5² a thing, between twice the variance 13 of 0 … 11.
    #expect(abs(try #require(output.reliability[1].reliability) - (1 - 0.5 / 26)) < 1e-12)
    #expect(output.parts.count == 9 && output.parts[8].coefficient == nil)
    #expect(abs(try #require(output.parts[2].coefficient) + 1) < 1e-12)
    #expect(abs(output.reweighting.weights.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
    #expect(try #require(output.reweighting.gains[2].gain) > 0)
    #expect(Set(output.rangeLeft.keys) == ["better half", "top quarter"])
  }

  @Test("few things: weights are not fitted, and a note says so")
  func few() throws {
    let table = Self.table.split(separator: "\n").prefix(1 + 2 * 9).joined(separator: "\n")
    let outcome = try Self.run(["--group", "layout"] + Self.parts, table)
    #expect(outcome.output.contains("\nnote: weights of the parts are not fitted below 10 things\n"))
    #expect(!outcome.output.contains("weighted anew"))
  }

  @Test(
    "bad tables end with 65",
    arguments: [
      (
        "l,f,mad,loss\nx,a,1,2\ny,a,3,4\nx,b,1,3\nz,a,5,5\n", ["--group", "l", "--class", "f"],
        "line 4, column 'f': 'b' differs from 'a' in line 2, though both are of 'x'"
      ),
      (
        "l,mad,loss\nx,1,2\nx,3,4\ny,1,3\ny,5,5\n", ["--group", "l"],
        "line 1: at least three things are needed, found 2 in column 'l'"
      ),
      (
        "l,mad,loss\nx,1,2\n,3,4\ny,1,3\n", ["--group", "l"], "line 3, column 'l': it must name a thing, found nothing"
      ),
      (
        "l,mad,loss\nx,1,2\ny,,4\nz,1,3\n", ["--group", "l"], "line 3, column 'mad': it must be a number, found nothing"
      ),
      (
        "mad,loss,p,q\n1,2,3,4\n1,2,3,\n1,2,3,4\n", ["--part", "p", "--part", "q"],
        "line 3, column 'q': it must be a number, found nothing"
      ),
    ])
  func badTables(table: String, arguments: [String], message: String) throws {
    let outcome = try Self.run(arguments, table)
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.hasSuffix("t.csv, \(message)\n"), "\(outcome.errors)")
  }

  @Test("bad options end with 2")
  func badOptions() throws {
    let single = try Self.run(["--part", "first"])
    #expect(single.status == 2)
    #expect(single.errors.hasPrefix("madsearch: --part must be given for each of at least two parts, found one"))
    let twice = try Self.run(["--part", "first", "--part", "first"])
    #expect(twice.status == 2 && twice.errors.hasPrefix("madsearch: --part 'first' is given twice"))
  }
}
