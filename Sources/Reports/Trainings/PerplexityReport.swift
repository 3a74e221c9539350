import LanguageModeling
import Reporting
import Text

/// The training of a language model and its curve.
package struct PerplexityReport: Report {
  private let result: PerplexityResult

  package init(_ result: PerplexityResult) { self.result = result }

  package var parts: [ReportPart] { [.words(words), .facts(facts), .table("curve", curve, in: .json)] }

  private var words: String {
    let plan = result.plan
    func number(_ value: Double?, _ decimals: Int) -> String {
      value.map { NumberText.fixed($0, decimals: decimals) } ?? "-"
    }
    var lines = [
      result.layout,
      "width \(plan.dim), \(NumberText.grouped(result.parameters)) parameters, "
        + "\(number(result.trainingFLOPs, 0)) FLOPs per token",
      "\(NumberText.grouped(result.steps * plan.stepTokens)) bytes of \(result.corpus) in \(result.steps) steps "
        + "of \(plan.batch) × \(plan.length)", "",
    ]
    if result.status == .diverged {
      lines.append("diverged           the loss or its gradient was not finite after \(result.steps) steps")
    } else {
      lines += [
        "held-out loss      \(number(result.heldOut, 4)) nats per byte, on \(NumberText.grouped(result.heldOutTokens)) bytes",
        "perplexity         \(number(result.perplexity, 3)) per byte",
        "bits per byte      \(number(result.bitsPerByte, 4))",
      ]
    }
    lines.append(
      "speed              \(number(result.tokensPerSecond, 0)) bytes/s, \(number(result.seconds, 1)) core-seconds in all"
    )
    return lines.joined(separator: "\n") + "\n"
  }

  private var facts: [Fact] {
    let plan = result.plan
    return [
      Fact("layout", .text(result.layout)), Fact("corpus", .text(result.corpus)),
      Fact("fingerprint", .text(result.fingerprint)), Fact("dim", .integer(plan.dim)),
      Fact("length", .integer(plan.length)), Fact("batch", .integer(plan.batch)),
      Fact("learningRate", .number(plan.learningRate)), Fact("rateRule", .text(plan.rateRule.rawValue)),
      Fact("seed", .text(String(plan.seed))), Fact("parameters", .integer(result.parameters)),
      Fact("trainingFLOPsPerToken", .number(result.trainingFLOPs)), Fact("status", .text(result.status.rawValue)),
      Fact("steps", .integer(result.steps)), Fact("tokens", .integer(result.steps * plan.stepTokens)),
      Fact("flops", .number(Double(result.steps * plan.stepTokens) * result.trainingFLOPs)),
      Fact("loss", .number(or: result.heldOut)), Fact("perplexity", .number(or: result.perplexity)),
      Fact("bitsPerByte", .number(or: result.bitsPerByte)), Fact("heldOutBytes", .integer(result.heldOutTokens)),
      Fact("tokensPerSecond", .number(result.tokensPerSecond)), Fact("coreSeconds", .number(result.seconds)),
    ]
  }

  /// One row per test.
  package var curve: Table {
    let step = result.plan.stepTokens
    return Table(
      [
        Column("step") { .integer($0.step) }, Column("tokens") { .integer($0.step * step) },
        Column("trainingLoss") { .number($0.loss, decimals: 4) }, Column("loss") { .number($0.heldOut, decimals: 4) },
        Column("coreSeconds") { .number($0.seconds, decimals: 1) },
      ], result.curve)
  }
}
