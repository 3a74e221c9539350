import Foundation
import Testing

@Suite("fit")
struct FitTests {
  private struct Output: Decodable {
    struct Quantity: Decodable {
      let estimate: Double
      let low, high: Double?
    }
    struct Budget: Decodable {
      let flops: Double
      let runs: Int
      let optimum: String
      let parameters, tokens, loss: Quantity?
    }
    struct Prediction: Decodable {
      let flops: Double
      let parameters, tokens, loss: Quantity?
    }
    struct Bootstrap: Decodable { let draws, undetermined: Int }
    let form: String
    let rows: Int
    let objective: Double?
    let bootstrap: Bootstrap
    let coefficients: [String: Quantity]
    let budgets: [Budget]
    let predictions: [Prediction]
    let notes: [String]
  }

  private static func output(_ table: String, _ arguments: String...) throws -> Output {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(["fit", folder.file("t.csv", table.utf8)] + arguments + ["--json"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(Output.self, from: Data(outcome.output.utf8))
  }

  /// L = 2 + 4 (C / 1e15)^-0.3, with a column that nobody asks for.
  static let power =
    "run,flops,loss\n"
    + (0..<6).map { "r\($0),1e\(15 + $0),\(2 + 4 * pow(10, -0.3 * Double($0)))\n" }.joined()

  /// L = 1.7 + 400 N^-0.3 + 500 D^-0.3: a and b are one half, and N_opt = G √(C / 6) with G = 0.8^(1 / 0.6).
  static let parametric =
    "parameters,tokens,loss\n"
    + [1e7, 1e8, 1e9, 1e10].flatMap { parameters in
      [1e9, 1e10, 1e11].map { tokens in
        "\(parameters),\(tokens),\(1.7 + 400 * pow(parameters, -0.3) + 500 * pow(tokens, -0.3))\n"
      }
    }.joined()

  /// The optimum is √C / 10 parameters with a loss of 2 + 30 C^-0.1.
  static let isoflop =
    "N;D;C;nats\n"
    + [1e15, 1e16, 1e17, 1e18].flatMap { flops in
      [0.25, 0.5, 1, 2, 4].map { size in
        let parameters = flops.squareRoot() / 10 * size
        let loss = 2 + 30 * pow(flops, -0.1) + 0.05 * log(size) * log(size) + 0.001 * cos(size * 9 + flops * 1e-15)
        return "\(parameters);\(flops / (6 * parameters));\(flops);\(loss)\n"
      }
    }.joined()

  @Test("a power law, chosen by the columns")
  func powerLaw() throws {
    let output = try Self.output(Self.power, "--target-flops", "1e25", "--bootstrap", "50")
    #expect(output.form == "power" && output.rows == 6)
    #expect(abs((output.coefficients["E"]?.estimate ?? 0) - 2) < 1e-3)
    #expect(abs((output.coefficients["alpha"]?.estimate ?? 0) - 0.3) < 1e-3)
    #expect((output.objective ?? 1) < 1e-12)
    #expect(output.bootstrap.draws == 50 && output.bootstrap.undetermined < 25)
    let loss = try #require(output.predictions.first?.loss)
    #expect(abs(loss.estimate - (2 + 4 * pow(10, -3))) < 1e-3)
    #expect(try #require(loss.low) <= loss.estimate + 1e-6 && loss.estimate - 1e-6 <= #require(loss.high))
  }

  @Test("a parametric loss, with the optimum at some compute")
  func parametricLoss() throws {
    let output = try Self.output(Self.parametric, "--target-flops", "6e20", "--bootstrap", "0")
    #expect(output.form == "parametric")
    for (key, value) in ["E": 1.7, "A": 400, "alpha": 0.3, "B": 500, "beta": 0.3, "a": 0.5, "b": 0.5] {
      let quantity = try #require(output.coefficients[key])
      #expect(abs(quantity.estimate / value - 1) < 0.01 && quantity.low == nil, "\(key)")
    }
    let optimum = try #require(output.predictions.first?.parameters)
    #expect(abs(optimum.estimate / (pow(0.8, 1 / 0.6) * 1e10) - 1) < 0.01)
    #expect(output.notes == ["C = k N D with k = 6"])
  }

  @Test("FLOPs of the table decide what a parameter and token cost")
  func flopsPerParameterToken() throws {
    let rows = Self.parametric.split(separator: "\n").dropFirst().map { row in
      let cells = row.split(separator: ",").compactMap { Double($0) }
      return "\(row),\(8 * cells[0] * cells[1])\n"
    }
    let output = try Self.output(
      "parameters,tokens,loss,flops\n" + rows.joined(), "--form", "parametric", "--target-flops", "8e20", "--bootstrap",
      "0")
    #expect(abs(try #require(output.predictions.first?.parameters).estimate / (pow(0.8, 1 / 0.6) * 1e10) - 1) < 0.01)
    #expect(output.notes == ["C = k N D with k = 8, the geometric mean of the table"])
  }

  @Test("IsoFLOP parabolas of columns named on the command line")
  func isoFLOP() throws {
    let output = try Self.output(
      Self.isoflop, "--parameters", "N", "--tokens", "D", "--flops", "C", "--loss", "nats", "--target-flops", "1e20",
      "--bootstrap", "100")
    #expect(output.form == "isoflop")
    #expect(output.budgets.map(\.runs) == [5, 5, 5, 5])
    #expect(output.budgets.allSatisfy { $0.optimum == "inside" })
    for budget in output.budgets {
      let (parameters, tokens) = (try #require(budget.parameters), try #require(budget.tokens))
      #expect(abs(parameters.estimate / (budget.flops.squareRoot() / 10) - 1) < 0.05)
      #expect(abs(6 * parameters.estimate * tokens.estimate / budget.flops - 1) < 1e-6)
      #expect(try #require(parameters.low) < parameters.estimate && parameters.estimate < #require(parameters.high))
    }
    let exponent = try #require(output.coefficients["a"])
    #expect(abs(exponent.estimate - 0.5) < 0.02)
    #expect(try #require(exponent.low) < 0.5 && 0.5 < #require(exponent.high))
    #expect(abs((output.coefficients["b"]?.estimate ?? 0) + exponent.estimate - 1) < 1e-6)
    #expect(abs(try #require(output.predictions.first?.parameters).estimate / 1e9 - 1) < 0.2)
  }

  @Test("the text, and the same numbers again with the same seed")
  func text() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", Self.power.utf8)
    let arguments = ["fit", path, "--bootstrap", "20", "--target-flops", "1e21", "--target-flops", "1e22"]
    let outcome = try Program.run(arguments)
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "power: L(C) = E + A/C^alpha")
    #expect(lines[1].hasPrefix("6 rows, objective ") && lines[1].hasSuffix("95 % intervals from 20 draws"))
    #expect(lines[3].split(separator: " ") == ["coefficient", "estimate", "low", "high"])
    #expect(lines[4].split(separator: " ").prefix(2) == ["E", "2"])
    #expect(lines[6].split(separator: " ").prefix(2) == ["alpha", "0.3"])
    #expect(lines[8].split(separator: " ") == ["FLOPs", "loss", "low", "high"])
    #expect(lines[9].split(separator: " ").prefix(2) == ["1e+21", "2.063"])
    #expect(try Program.run(arguments).output == outcome.output)
  }

  @Test("CSV has a row for each quantity")
  func csv() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", Self.isoflop.utf8)
    let outcome = try Program.run(
      "fit", path, "--parameters", "N", "--tokens", "D", "--flops", "C", "--loss", "nats", "--target-flops", "1e20",
      "--bootstrap", "20", "--csv")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(lines[0] == ["quantity", "flops", "estimate", "low", "high"])
    #expect(lines.dropFirst().prefix(5).map { $0[0] } == ["E", "A", "alpha", "a", "b"])
    #expect(lines.count == 1 + 5 + 4 * 3 + 3 && lines.allSatisfy { $0.count == 5 })
    #expect(lines[6][0] == "budget.parameters")
    #expect(lines.last?[0] == "target.loss")
  }

  @Test("the form follows from columns and budgets")
  func chosenForm() throws {
    let header = "parameters,tokens,flops,loss\n"
    let budgets = Self.isoflop.split(separator: "\n").dropFirst().map { $0.replacing(";", with: ",") + "\n" }.joined()
    #expect(try Self.output(header + budgets, "--bootstrap", "0").form == "isoflop")
    #expect(try Self.output(header + budgets, "--bootstrap", "0", "--form", "power").form == "power")
    // Every size on every number of tokens: FLOPs that all differ.
    let grid = Self.parametric.split(separator: "\n").dropFirst().enumerated().map { index, row in
      let cells = row.split(separator: ",")
      return "\(cells[0]),\(cells[1]),\(pow(1.5, Double(index)))e15,\(cells[2])\n"
    }
    #expect(try Self.output(header + grid.joined(), "--bootstrap", "0").form == "parametric")
  }

  @Test("notes say what the numbers rest on")
  func notes() throws {
    // Three sizes of two budgets, two of another.
    let rows = Self.isoflop.split(separator: "\n").dropFirst()
    let kept = rows.dropFirst().prefix(3) + rows.dropFirst(6).prefix(3) + rows.suffix(2)
    let table = "parameters;tokens;flops;loss\n" + kept.joined(separator: "\n")
    let notes = try Self.output(table, "--form", "isoflop").notes
    #expect(notes[0] == "of 3 budgets 2 have an optimum inside their sizes; the laws over budgets use no others")
    #expect(notes[1] == "no power law of loss: it takes three such budgets")
    #expect(notes[2] == "no intervals: they take more than three runs in a budget")
  }

  @Test(
    "a bad table ends with 65 and its place",
    arguments: [
      ("", [], "line 1: a line with the names of the columns is expected"),
      (
        "flop,loss\n1,1\n", ["--form", "power"], "line 1: there is no column 'flops'; did you mean 'flop'?"
      ),
      ("flops,los\n1,1\n", [], "line 1: there is no column 'loss'; did you mean 'los'?"),
      (
        "flops,loss\n1,1\n", ["--loss", "perplexity"],
        "line 1: there is no column 'perplexity'; the columns are flops, loss"
      ),
      (
        "n,loss\n1,1\n", [],
        "line 1: columns parameters and flops, flops alone, or parameters and tokens are expected, found n, loss"
      ),
      ("flops,loss\n1e9,3\n1e10,x\n", [], "line 3, column 'loss': it must be a positive number, found 'x'"),
      ("flops,loss\n1e9,3\n1e10,\n", [], "line 3, column 'loss': it must be a positive number, found nothing"),
      ("flops,loss\n1e9,3\n-1e10,1\n", [], "line 3, column 'flops': it must be a positive number, found '-1e10'"),
      ("flops,loss\n1e9,3\n1e10,inf\n", [], "line 3, column 'loss': it must be a positive number, found 'inf'"),
      ("flops,loss\n1e9,3\n1e10\n", [], "line 3: 2 cells are expected, as in the first line, found 1"),
      ("flops,flops,loss\n1e9,1,3\n", [], "line 1: there are 2 columns 'flops'"),
    ])
  func badTables(table: String, arguments: [String], message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", table.utf8)
    let outcome = try Program.run(["fit", path] + arguments)
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: \(path), \(message)"), "\(outcome.errors)")
  }

  @Test(
    "too few rows for a form end with 65",
    arguments: [
      ("flops,loss\n1e9,3\n1e10,2\n1e10,2\n", "the form power needs three different numbers of FLOPs, found 2"),
      (
        "parameters,tokens,loss\n1,1,3\n2,2,2\n3,3,1\n4,4,1\n",
        "the form parametric needs five rows with three different numbers of parameters and of tokens, found 4 rows"
      ),
      (
        "parameters,flops,loss\n1,1e9,3\n2,1e9,2\n3,1e10,1\n",
        "the form isoflop needs three sizes at about the same FLOPs, found at most 2 within a share of 0.1 (--tolerance)"
      ),
      ("parameters,flops,loss\n", "the form isoflop needs three sizes at about the same FLOPs, found at most 0"),
    ])
  func tooFewRows(table: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", table.utf8)
    let outcome = try Program.run("fit", path)
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: \(path): \(message)"), "\(outcome.errors)")
  }

  @Test("only the first five errors are shown")
  func manyErrors() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t.csv", ("flops,loss\n" + String(repeating: "1,x\n", count: 9)).utf8)
    let outcome = try Program.run("fit", path)
    #expect(outcome.lines.count == 7 && outcome.lines[5] == "and 4 more")
  }

  @Test("a missing file and bad options")
  func commandLine() throws {
    let missing = try Program.run("fit", "/nowhere/t.csv")
    #expect(missing.status == 65 && missing.errors == "madsearch: /nowhere/t.csv: No such file or directory\n")
    for (arguments, message) in [
      (["--bootstrap", "-1"], "--bootstrap must be from 0 to 1000000, found -1"),
      (["--target-flops", "0"], "--target-flops must be above 0, found 0"),
      (["--target-flops", "nan"], "--target-flops must be above 0, found nan"),
      (["--tolerance", "-0.5"], "--tolerance must be from 0 to 10, found -0.5"),
      (["--delta", "0"], "--delta must be above 0 and at most 1000000, found 0"),
      (["--form", "cubic"], "The value 'cubic' is invalid for '--form <form>'."),
    ] {
      let outcome = try Program.run(["fit", "t.csv"] + arguments)
      #expect(outcome.status == 2 && outcome.errors.hasPrefix("madsearch: " + message), "\(outcome.errors)")
    }
  }
}
