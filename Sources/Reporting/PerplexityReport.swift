import LanguageModeling
import Text

/// The training of a language model as text, as a table of one row, as JSON, and its curve.
public struct PerplexityReport {
  private let result: PerplexityResult

  public init(_ result: PerplexityResult) { self.result = result }

  public var text: String {
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

  /// One row.
  public var table: Table {
    var table = Table(members.map { .init($0.0, $0.0) })
    table.add(members.map(\.1))
    return table
  }

  public var json: JSONValue {
    .object(members.map { ($0.0, $0.1.json) } + [("curve", curve.json)])
  }

  private var members: [(String, Table.Cell)] {
    let plan = result.plan
    func number(_ value: Double?) -> Table.Cell { value.map { .number($0, decimals: 4) } ?? .nothing }
    return [
      ("layout", .text(result.layout)), ("corpus", .text(result.corpus)), ("fingerprint", .text(result.fingerprint)),
      ("dim", .integer(plan.dim)), ("length", .integer(plan.length)), ("batch", .integer(plan.batch)),
      ("learningRate", .number(plan.learningRate)), ("rateRule", .text(plan.rateRule.rawValue)),
      ("seed", .text(String(plan.seed))), ("parameters", .integer(result.parameters)),
      ("trainingFLOPsPerToken", .number(result.trainingFLOPs, decimals: 0)), ("status", .text(result.status.rawValue)),
      ("steps", .integer(result.steps)), ("tokens", .integer(result.steps * plan.stepTokens)),
      ("flops", .number(Double(result.steps * plan.stepTokens) * result.trainingFLOPs, decimals: 0)),
      ("heldOutNatsPerByte", number(result.heldOut)), ("perplexityPerByte", number(result.perplexity)),
      ("bitsPerByte", number(result.bitsPerByte)), ("heldOutBytes", .integer(result.heldOutTokens)),
      ("tokensPerSecond", .number(result.tokensPerSecond, decimals: 0)),
      ("coreSeconds", .number(result.seconds, decimals: 1)),
    ]
  }

  /// One row per test.
  public var curve: Table {
    var table = Table(
      ["step", "tokens", "trainingNatsPerByte", "heldOutNatsPerByte", "coreSeconds"].map { .init($0, $0) })
    for point in result.curve {
      table.add([
        .integer(point.step), .integer(point.step * result.plan.stepTokens), .number(point.loss, decimals: 4),
        .number(point.heldOut, decimals: 4), .number(point.seconds, decimals: 1),
      ])
    }
    return table
  }
}
