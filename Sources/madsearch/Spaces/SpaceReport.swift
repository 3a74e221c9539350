import Foundation
import Reporting
import Runs
import Search
import Text

/// What `validate` prints.
struct SpaceReport {
  let space: Space
  let survey: SpaceSurvey
  let estimate: RunEstimate

  var text: String {
    var lines = [space.file.name + (space.file.summary.map { ": \($0)" } ?? ""), ""]
    let layers =
      space.layers.lowerBound == space.layers.upperBound
      ? "\(space.layers.lowerBound)" : "\(max(space.layers.lowerBound, 1)) to \(space.layers.upperBound)"
    lines.append("layouts      \(count) of \(layers) layers")
    let looked = survey.isComplete ? "all \(NumberText.grouped(survey.looked))" : NumberText.grouped(survey.looked)
    if space.constraints.isEmpty {
      lines.append("constraints  none; costs of \(looked) layouts\(survey.isComplete ? "" : ", drawn at random")")
    } else {
      lines.append(
        "constraints  met by \(NumberText.grouped(survey.feasible)) of \(looked) layouts"
          + (survey.isComplete ? "" : ", drawn at random"))
    }
    lines.append("model        width \(space.file.model.dim), vocabulary \(space.file.model.vocabulary)")
    return lines.joined(separator: "\n") + "\n\n" + costs.text + "\n" + run.text + "\n" + speed + "\n"
  }

  private var count: String {
    switch survey.count {
    case .exact(let number): "\(Self.grouped(number.description)), counted exactly,"
    case .estimate(let log10, let error):
      "about \(Self.power(log10)) ± \(NumberText.fixed(100 * error, decimals: 1)) % (estimated from samples)"
    }
  }

  /// Digits in groups of three, or a power of ten if there are many.
  private static func grouped(_ digits: String) -> String {
    guard digits.count <= 18, let number = Int(digits) else { return power(log10(Double(digits) ?? .infinity)) }
    return NumberText.grouped(number)
  }

  /// E.g. `3.42·10^21`.
  private static func power(_ log: Double) -> String {
    guard log.isFinite, log >= 6 else { return NumberText.fixed(pow(10, log), decimals: 0) }
    return NumberText.fixed(pow(10, log - log.rounded(.down)), decimals: 2) + "·10^\(Int(log.rounded(.down)))"
  }

  private var quantities: [(key: String, title: String, range: (least: Double, median: Double, most: Double))] {
    [
      ("parameters", "parameters", survey.range { Double($0.parameters) }),
      (
        "forwardFLOPsPerToken", "forward FLOPs per token at \(NumberText.grouped(space.context)) tokens",
        survey.range { $0.forwardFLOPs }
      ),
      ("state", "state at \(NumberText.grouped(space.stateContext)) tokens", survey.range { Double($0.state) }),
      ("layers", "layers", survey.range { Double($0.layers) }),
    ]
  }

  private var costs: Table {
    var table = Table([
      .init("cost", "cost"), .init("least", "least"), .init("median", "median"), .init("most", "most"),
    ])
    for (_, title, range) in quantities {
      table.add(
        [.text(title)] + [range.least, range.median, range.most].map { Table.Cell.number($0, decimals: 0) })
    }
    return table
  }

  private var run: Table {
    var table = Table([
      .init("rung", "rung"), .init("evaluation", "evaluation"), .init("candidates", "candidates"),
      .init("trainings", "trainings"), .init("teraFLOPs", "TFLOP"), .init("coreHours", "core-hours"),
    ])
    for (index, rung) in estimate.rungs.enumerated() {
      table.add([
        .text("\(index + 1)"), .text(rung.name), .integer(rung.candidates), .integer(rung.trainings),
        .number(rung.flops / 1e12, decimals: 1), .number(estimate.coreHours(rung.flops), decimals: 2),
      ])
    }
    table.add([
      .text("total"), .nothing, .nothing, .integer(estimate.rungs.reduce(0) { $0 + $1.trainings }),
      .number(estimate.flops / 1e12, decimals: 1), .number(estimate.coreHours(estimate.flops), decimals: 2),
    ])
    return table
  }

  private var speed: String {
    let gflops = NumberText.fixed(estimate.speed.flopsPerSecond / 1e9, decimals: 1)
    switch estimate.speed {
    case .assumed: return "at \(gflops) GFLOP/s a core, as --gflops says"
    case .measured(_, let layout):
      return "at \(gflops) GFLOP/s a core, measured now in a short training of '\(layout)'; other layouts differ"
    }
  }

  var json: JSONValue {
    let count: [(String, JSONValue)]
    switch survey.count {
    case .exact(let number):
      count = [("isExact", .flag(true)), ("digits", .text(number.description)), ("log10", .number(survey.count.log10))]
    case .estimate(let log10, let error):
      count = [("isExact", .flag(false)), ("log10", .number(log10)), ("relativeStandardError", .number(error))]
    }
    let costs = quantities.map { quantity in
      let range = quantity.range
      return (
        quantity.key,
        JSONValue.object([
          ("least", .number(range.least)), ("median", .number(range.median)), ("most", .number(range.most)),
        ])
      )
    }
    let rungs = estimate.rungs.map { rung in
      JSONValue.object([
        ("evaluation", .text(rung.name)), ("candidates", .integer(rung.candidates)),
        ("trainings", .integer(rung.trainings)), ("flops", .number(rung.flops)),
        ("coreHours", .number(estimate.coreHours(rung.flops))),
      ])
    }
    let isMeasured = if case .measured = estimate.speed { true } else { false }
    return .object([
      ("name", .text(space.file.name)), ("layouts", .object(count)),
      ("layers", .list([.integer(max(space.layers.lowerBound, 1)), .integer(space.layers.upperBound)])),
      ("looked", .integer(survey.looked)), ("isComplete", .flag(survey.isComplete)),
      ("feasible", .integer(survey.feasible)), ("dim", .integer(space.file.model.dim)),
      ("vocabulary", .integer(space.file.model.vocabulary)), ("context", .integer(space.context)),
      ("stateContext", .integer(space.stateContext)), ("costs", .object(costs)), ("rungs", .list(rungs)),
      ("flops", .number(estimate.flops)), ("coreHours", .number(estimate.coreHours(estimate.flops))),
      ("flopsPerSecond", .number(estimate.speed.flopsPerSecond)), ("isSpeedMeasured", .flag(isMeasured)),
    ])
  }
}
