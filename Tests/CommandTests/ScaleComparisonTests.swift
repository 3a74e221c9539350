import Foundation
import TestSupport
import Testing

/// What `scale` says of a study whose losses follow a known law: a small study is trained, then the kept losses are
/// replaced, which the program takes over.
@Suite("scale: summaries, baseline, past the optimum")
struct ScaleComparisonTests {
  private let folder: TemporaryFolder
  private let arguments: [String]
  private static let budgets = [1e9, 2e9, 4e9]

  init() throws {
    folder = try TemporaryFolder()
    let text = try folder.file("text", SampleText.bytes(40_000))
    arguments =
      ["mamba swiglu", "--baseline", "mamba", "--budgets", "1e9", "2e9", "4e9", "--sizes", "9", "--length", "32"]
      + ["--bootstrap", "100", "--corpus", text]
    let outcome = try run(in: "study", ["--csv"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    for name in try names(in: "study") where name.hasSuffix(".json") {
      try replaceLoss(in: folder.path + "/study/" + name)
    }
  }

  private func run(in place: String, _ more: [String] = []) throws -> Program.Outcome {
    try Program.run(["scale"] + arguments + ["--folder", "\(folder.path)/\(place)"] + more)
  }

  private func names(in place: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(place)")
  }

  /// The optimum of a budget is 25,000 √(C / 2e9) parameters with a loss of 1 + 20 C^-0.15, 1 + 19 C^-0.15 with swiglu.
  private static func optimum(_ flops: Double) -> Double { 25_000 * (flops / 2e9).squareRoot() }

  private static func loss(_ flops: Double, _ coefficient: Double) -> Double { 1 + coefficient * pow(flops, -0.15) }

  private func replaceLoss(in path: String) throws {
    let url = URL(filePath: path)
    var result = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    let (plan, layout) = (try #require(result["plan"] as? [String: Any]), try #require(result["layout"] as? String))
    func number(_ value: Any?) throws -> Double { try #require(value as? NSNumber).doubleValue }
    let tokens = try number(plan["steps"]) * number(plan["batch"]) * number(plan["length"])
    let flops = try tokens * number(result["trainingFLOPs"])
    let budget = try #require(Self.budgets.min { abs(log($0 / flops)) < abs(log($1 / flops)) })
    let parameters = try number(result["parameters"])
    let distance = log(parameters / Self.optimum(budget))
    result["heldOut"] =
      Self.loss(budget, layout.contains("swiglu") ? 19 : 20) + 0.05 * distance * distance + 0.001 * sin(parameters)
    try JSONSerialization.data(withJSONObject: result).write(to: url)
  }

  private struct Output: Decodable {
    struct Quantity: Decodable { let estimate: Double, low: Double?, high: Double? }
    struct Budget: Decodable {
      let flops: Double
      let optimum: String
      let parameters, state, tokens, loss: Quantity?
    }
    struct Prediction: Decodable {
      let flops: Double
      let loss: Quantity?
    }
    struct Fit: Decodable {
      let coefficients: [String: Quantity]
      let budgets: [Budget]
      let predictions: [Prediction]
      let notes: [String]
    }
    struct Layout: Decodable {
      let number: Int
      let layout: String
      let isBaseline: Bool
      let computeOptimal: Fit
      let stateOptimal: Fit?
      let reasonWithoutState: String?
    }
    struct Difference: Decodable {
      let flops: Double
      let at: String?
      let state: Double?
      let difference, perplexityRatio: Double
      let differenceLow, differenceHigh: Double?
    }
    struct Compute: Decodable {
      let flops, share: Double
      let needed: Double?
      let range: String
    }
    struct Exponent: Decodable { let exponent: String, estimate: Double, baseline: Double, difference: Double }
    struct Comparison: Decodable {
      let number, baseline: Int
      let atEqualCompute, atEqualState: [Difference]
      let computeForBaselineLoss: [Compute]
      let exponents: [Exponent]
      let notes: [String]
    }
    struct Past: Decodable {
      struct Training: Decodable {
        let number: Int
        let times, parameters, tokens, flops: Double
        let status, range: String?
        let loss, optimalLoss, gap: Double?
      }
      struct Difference: Decodable { let number: Int, times: Double, difference: Double }
      let trainings: [Training]
      let againstBaseline: [Difference]
    }
    let layouts: [Layout]
    let comparisons: [Comparison]
    let pastOptimum: Past?
  }

  private static func output(_ outcome: Program.Outcome) throws -> Output {
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Output.self, from: Data(outcome.output.utf8))
  }

  @Test("optima, laws, predictions and comparisons are those of the losses")
  func comparison() throws {
    let output = try Self.output(run(in: "study", ["--json", "--target", "1e10", "--target", "1e11"]))
    #expect(output.layouts.map(\.layout) == ["mamba swiglu", "mamba"])
    #expect(output.layouts.map(\.isBaseline) == [false, true])
    for (layout, coefficient) in zip(output.layouts, [19.0, 20]) {
      let fit = layout.computeOptimal
      for (budget, flops) in zip(fit.budgets, Self.budgets) {
        #expect(budget.flops == flops && budget.optimum == "inside")
        #expect(abs(log(try #require(budget.parameters).estimate / Self.optimum(flops))) < 0.1)
        #expect(abs(try #require(budget.loss).estimate - Self.loss(flops, coefficient)) < 0.005)
        #expect(budget.loss?.low != nil && budget.tokens?.high != nil)
      }
      #expect(abs(try #require(fit.coefficients["a"]).estimate - 0.5) < 0.1)
      #expect(fit.predictions.map(\.flops) == [1e10, 1e11])
      #expect(abs(try #require(fit.predictions[0].loss).estimate - Self.loss(1e10, coefficient)) < 0.02)
      #expect(try #require(layout.stateOptimal).budgets.allSatisfy { $0.optimum == "none" || $0.state != nil })
      #expect(layout.reasonWithoutState == nil)
    }
    let comparison = try #require(output.comparisons.first)
    #expect(output.comparisons.count == 1 && comparison.number == 1 && comparison.baseline == 2)
    #expect(comparison.atEqualCompute.map(\.at) == ["budget", "budget", "budget", "target", "target"])
    for row in comparison.atEqualCompute.prefix(3) {
      #expect(abs(row.difference - Self.loss(row.flops, 19) + Self.loss(row.flops, 20)) < 0.005)
      #expect(abs(row.perplexityRatio - exp(row.difference)) < 1e-9)
      #expect(try #require(row.differenceLow) < row.difference && row.difference < #require(row.differenceHigh))
    }
    // 19 (share C)^-0.15 = 20 C^-0.15: 0.71 of the compute, beyond the smallest budget.
    #expect(comparison.computeForBaselineLoss.prefix(3).map(\.range) == ["outside", "inside", "inside"])
    for row in comparison.computeForBaselineLoss.prefix(3) { #expect(abs(row.share - 0.71) < 0.05) }
    #expect(comparison.exponents.count == 3)
    #expect(abs(comparison.exponents[1].estimate - 0.5) < 0.1 && abs(comparison.exponents[1].baseline - 0.5) < 0.1)
    #expect(comparison.atEqualState.count + comparison.notes.count { $0.contains("equal state") } == 3)
  }

  @Test("the same for people, without intervals where none are wanted")
  func text() throws {
    let text = try run(in: "study", ["--bootstrap", "0"]).output
    for part in [
      "layout 1, mamba swiglu: compute-optimal parameters N", "layout 2 (baseline), mamba: state-optimal state size S",
      "layout 1, mamba swiglu, against layout 2, mamba\nperplexity per byte ", " lower at 4e+09 FLOPs\n",
      "compute that layout 1 needs for the baseline's loss", "alpha (loss - E ~ C^-alpha)", "4e+10  target",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("interval"))
    #expect(try run(in: "study").output.contains("95 % interval from "))
  }

  @Test("models past the optimum are trained once, after a kill as without it")
  func pastOptimum() throws {
    let planned = try run(in: "elsewhere", ["--past-optimum", "--dry-run"])
    #expect(planned.output.contains("past the optimum: up to about 4e+10 FLOPs more"))
    let known = try run(in: "study", ["--past-optimum", "--dry-run"])
    #expect(known.status == 0 && known.output.contains(" planned ") && known.output.contains(" FLOPs in all"))
    try FileManager.default.copyItem(atPath: folder.path + "/study", toPath: folder.path + "/killed")

    let whole = try run(in: "study", ["--past-optimum", "--json"])
    let past = try #require(Self.output(whole).pastOptimum)
    #expect(past.trainings.map(\.number) == [1, 1, 2, 2] && past.trainings.map(\.times) == [4, 16, 4, 16])
    for (four, sixteen) in [(past.trainings[0], past.trainings[1]), (past.trainings[2], past.trainings[3])] {
      #expect(four.parameters == sixteen.parameters && abs(sixteen.tokens / four.tokens - 4) < 0.05)
      #expect(four.status == "finished" && sixteen.status == "finished" && sixteen.range == "outside")
      let (loss, optimal) = (try #require(four.loss), try #require(four.optimalLoss))
      #expect(four.gap == loss - optimal)
    }
    #expect(past.againstBaseline.map(\.number) == [1, 1])
    #expect(try names(in: "study").contains("past-optimum.csv"))
    #expect(try run(in: "study", ["--past-optimum", "--json"]).output == whole.output)

    let place = folder.path + "/killed"
    let command = (["scale"] + arguments + ["--folder", place, "--past-optimum", "--json"]).map { "'\($0)'" }
    let killed = try Program.shell(
      "$madsearch \(command.joined(separator: " ")) & until ls '\(place)' | grep -q safetensors; do sleep 0.01; done; "
        + "sleep 0.1; kill -9 $!; wait $!")
    #expect(killed.status == 137)
    #expect(try run(in: "killed", ["--past-optimum", "--json"]).output == whole.output)
    #expect(try names(in: "killed").allSatisfy { $0.hasSuffix(".json") || $0.hasSuffix(".csv") })
  }
}
