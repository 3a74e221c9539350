import Foundation
import LanguageModeling
import Reporting
import Statistics
import Text

/// Models of an IsoFLOP study that are trained past the compute-optimal tokens of its smallest budget.
package struct PastOptimum: Report {
  package struct Training {
    let layout: ScaledLayout
    /// How many times the optimal tokens per parameter.
    let times: Double
    package let training: IsoFLOPPlan.Training
    var result: PerplexityResult?
  }

  /// The FLOPs of the smallest budget.
  private let budget: Double
  private let layouts: [ScaledLayout]
  /// By layout, then by tokens.
  package private(set) var trainings: [Training]

  /// - Parameter layouts: of one study; those without an optimum inside their sizes have no trainings.
  package init(_ layouts: [ScaledLayout]) throws {
    self.layouts = layouts
    budget = layouts.first?.compute.fit.budgets.first?.flops ?? 0
    trainings = try layouts.flatMap { layout -> [Training] in
      guard layout.compute.fit.budgets.count > 0, let optimum = layout.compute.fit.usedOptimum(0),
        let tokens = optimum.tokens
      else { return [] }
      return try IsoFLOPPlan.pastOptimum.compactMap { times in
        try layout.plan.training(pastOptimum: times, parameters: optimum.size, tokens: tokens).map {
          Training(layout: layout, times: times, training: $0)
        }
      }
    }
  }

  package mutating func add(_ results: [PerplexityResult]) {
    for (index, result) in results.enumerated() { trainings[index].result = result }
  }

  package var flops: Double { trainings.reduce(0) { $0 + $1.training.flops } }

  /// About what it costs before the optima are known, in FLOPs, if they all lie inside the sizes.
  package static func mostFLOPs(layouts: Int, budget: Double) -> Double {
    Double(layouts) * budget * IsoFLOPPlan.pastOptimum.reduce(0, +)
  }

  package var parts: [ReportPart] {
    let times = IsoFLOPPlan.pastOptimum.map { NumberText.exact($0) }.joined(separator: " and ")
    let besides = baselineTable
    return [
      .words(
        "past the optimum: trained on \(times) times the tokens per parameter that are optimal at "
          + "\(NumberText.significant(budget, digits: 4)) FLOPs\n"
          + "(the gap is to the loss of a compute-optimal model of the same FLOPs, by the layout's power law)\n"),
      .facts([Fact("budget", .number(budget))]),
      .table("trainings", table, in: trainings.isEmpty ? .programs : .all),
      .table(
        "againstBaseline", besides, words: "against the baseline, as far past its optimum",
        in: besides.rows.isEmpty ? .json : [.text, .json]), .notes(notes),
    ]
  }

  package var table: Table {
    var table = Table([
      .init("number", "number"), .init("times", "times"), .init("dim", "width"), .init("layers", "layers"),
      .init("parameters", "parameters"), .init("tokens", "tokens"), .init("flops", "FLOPs"),
      .init("status", "status"), .init("loss", "loss"), .init("optimalLoss", "optimal"), .init("range", "range"),
      .init("gap", "gap"), .init("gapLow", "low"), .init("gapHigh", "high"),
      .init("perplexityRatio", "perplexity ratio"),
    ])
    for row in trainings {
      let (size, flops) = (row.training.size, row.training.flops)
      let fitted = row.layout.compute
      let optimal = fitted.fit.loss(at: .flops(flops))
      let most = fitted.fit.budgets.last?.flops ?? 0
      let (loss, interval) = (row.result?.heldOut, fitted.draws?.interval { $0.loss(at: .flops(flops)) })
      func cell(_ value: Double?) -> Cell { value.map { .number($0, decimals: 4) } ?? .nothing }
      func less(_ value: Double?) -> Double? { loss.flatMap { loss in value.map { loss - $0 } } }
      table.add([
        .integer(row.layout.number), .number(row.times, decimals: 0), .integer(size.dim),
        .integer(size.layout.layers.count), .integer(size.parameters), .integer(row.training.plan.tokens),
        .significant(flops), .text(row.result?.status.rawValue ?? "planned"), cell(loss), cell(optimal),
        optimal == nil ? .nothing : .text(flops <= most ? "inside" : "outside"), cell(less(optimal)),
        cell(less(interval?.high)), cell(less(interval?.low)), cell(less(optimal).map { exp($0) }),
      ])
    }
    return table
  }

  private var baselineTable: Table {
    var table = Table([
      .init("number", "number"), .init("times", "times"), .init("flops", "FLOPs"),
      .init("baselineFLOPs", "baseline's FLOPs"), .init("loss", "loss"), .init("baselineLoss", "baseline"),
      .init("difference", "difference"), .init("perplexityRatio", "perplexity ratio"),
    ])
    for (row, other) in pairs {
      guard let loss = row.result?.heldOut, let baseline = other.result?.heldOut else { continue }
      table.add(
        [
          .integer(row.layout.number), .number(row.times, decimals: 0), .significant(row.training.flops),
          .significant(other.training.flops),
        ] + [loss, baseline, loss - baseline, exp(loss - baseline)].map { .number($0, decimals: 4) })
    }
    return table
  }

  /// The trainings besides the baseline's, each with the baseline's that is as far past the optimum.
  private var pairs: [(Training, baseline: Training)] {
    trainings.filter { !$0.layout.isBaseline }.compactMap { row in
      trainings.first { $0.layout.isBaseline && $0.times == row.times }.map { (row, $0) }
    }
  }

  private var notes: [String] {
    var notes: [String] = []
    for layout in layouts where !trainings.contains(where: { $0.layout.number == layout.number }) {
      notes.append("layout \(layout.number) has no optimum inside the sizes of this budget: nothing is trained past it")
    }
    if trainings.contains(where: { $0.layout.compute.fit.lossLaw == nil }) {
      notes.append("no gap without a power law of loss: it takes three budgets with optima")
    }
    if pairs.contains(where: { abs(log($0.training.flops / $1.training.flops)) > 0.1 }) {
      notes.append(
        "sizes lie too far apart for FLOPs like the baseline's: compare the gaps rather than the losses")
    }
    if trainings.contains(where: { $0.layout.compute.draws != nil && $0.result != nil }) {
      notes.append("intervals of gaps are those of the power law; each training past the optimum is a single one")
    }
    return notes
  }
}
