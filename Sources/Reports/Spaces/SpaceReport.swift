import Foundation
import Reporting
import Runs
import Search
import Text

/// What `validate` prints.
package struct SpaceReport: Report {
  private let space: Space
  private let survey: SpaceSurvey
  private let estimate: RunEstimate

  package init(space: Space, survey: SpaceSurvey, estimate: RunEstimate) {
    (self.space, self.survey, self.estimate) = (space, survey, estimate)
  }

  package var parts: [ReportPart] {
    [
      .words(words), .facts(facts), .table(nil, costs, in: .text), .table("rungs", rungs, in: .json),
      .table(nil, run, in: .text), .words(speed + "\n"),
    ]
  }

  private var words: String {
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
    return lines.joined(separator: "\n") + "\n"
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

  private typealias Quantity = (key: String, title: String, range: (least: Double, median: Double, most: Double))

  private var quantities: [Quantity] {
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
    func range(_ key: String, _ value: @escaping ((least: Double, median: Double, most: Double)) -> Double) -> Column<
      Quantity
    > {
      Column(key) { .number(value($0.range), decimals: 0) }
    }
    return Table(
      [Column("cost") { .text($0.title) }, range("least", \.least), range("median", \.median), range("most", \.most)],
      quantities)
  }

  private var rungs: Table { Table(rungColumns, estimate.rungs.enumerated().map { ($0 + 1, $1) }) }

  private var rungColumns: [Column<(number: Int, rung: RunEstimate.Rung)>] {
    [
      Column("rung") { .integer($0.number) }, Column("evaluation") { .text($0.rung.name) },
      Column("candidates") { .integer($0.rung.candidates) }, Column("trainings") { .integer($0.rung.trainings) },
      Column("flops", in: .programs) { .number($0.rung.flops) },
      Column("teraFLOPs", "TFLOP", in: .text) { .number($0.rung.flops / 1e12, decimals: 1) },
      Column("coreHours", "core-hours") { .number(estimate.coreHours($0.rung.flops), decimals: 2) },
    ]
  }

  /// With a line for the whole.
  private var run: Table {
    var table = Table(rungColumns.map(\.heading))
    for row in rungs.rows { table.add([.text(row[0].text)] + row.dropFirst()) }
    table.add([
      .text("total"), .nothing, .nothing, .integer(estimate.rungs.reduce(0) { $0 + $1.trainings }),
      .number(estimate.flops), .number(estimate.flops / 1e12, decimals: 1),
      .number(estimate.coreHours(estimate.flops), decimals: 2),
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

  private var facts: [Fact] {
    func value(_ members: [(String, JSONValue)]) -> Cell { .value(.object(members), csv: "", text: "") }
    let count: [(String, JSONValue)]
    switch survey.count {
    case .exact(let number):
      count = [("isExact", true), ("digits", .text(number.description)), ("log10", .number(survey.count.log10))]
    case .estimate(let log10, let error):
      count = [("isExact", false), ("log10", .number(log10)), ("relativeStandardError", .number(error))]
    }
    let ranges = quantities.map { quantity -> (String, JSONValue) in
      let range = quantity.range
      return (
        quantity.key,
        ["least": .number(range.least), "median": .number(range.median), "most": .number(range.most)]
      )
    }
    let layers: JSONValue = [.integer(max(space.layers.lowerBound, 1)), .integer(space.layers.upperBound)]
    let isMeasured = if case .measured = estimate.speed { true } else { false }
    return [
      Fact("name", .text(space.file.name)), Fact("layouts", value(count)),
      Fact("layers", .value(layers, csv: "", text: "")), Fact("looked", .integer(survey.looked)),
      Fact("isComplete", .flag(survey.isComplete)), Fact("feasible", .integer(survey.feasible)),
      Fact("dim", .integer(space.file.model.dim)), Fact("vocabulary", .integer(space.file.model.vocabulary)),
      Fact("context", .integer(space.context)), Fact("stateContext", .integer(space.stateContext)),
      Fact("costs", value(ranges)), Fact("flops", .number(estimate.flops)),
      Fact("coreHours", .number(estimate.coreHours(estimate.flops))),
      Fact("flopsPerSecond", .number(estimate.speed.flopsPerSecond)), Fact("isSpeedMeasured", .flag(isMeasured)),
    ]
  }
}
