import Foundation
import Reporting
import Statistics
import Text

/// A layout of an IsoFLOP study beside the baseline, as tables.
struct ScaleComparison: Report {
  private let layout, baseline: ScaledLayout
  private let comparison: IsoFLOPComparison
  private let draws: Bootstrap<IsoFLOPComparison>?
  private let places: [IsoFLOPFit.Place]

  /// - Parameters:
  ///   - layout, baseline: of one study.
  ///   - targets: FLOPs at which the power laws are compared.
  init(_ layout: ScaledLayout, baseline: ScaledLayout, targets: [Double]) {
    (self.layout, self.baseline) = (layout, baseline)
    comparison = IsoFLOPComparison(layout.compute.fit, baseline: baseline.compute.fit)
    draws = Self.draws(layout.compute, baseline.compute)
    places = comparison.fit.budgets.indices.map { .budget($0) } + targets.map { .flops($0) }
  }

  private static func draws(
    _ layout: ScaledLayout.Fitted, _ baseline: ScaledLayout.Fitted
  ) -> Bootstrap<IsoFLOPComparison>? {
    guard let draws = layout.draws, let other = baseline.draws else { return nil }
    return IsoFLOPComparison.bootstrap(draws, baseline: other)
  }

  var parts: [ReportPart] {
    func table(_ key: String, _ table: Table, _ words: String) -> ReportPart {
      .table(key, table, words: words, in: table.rows.isEmpty ? .json : [.text, .json])
    }
    let (state, notes) = stateTable
    let name = "layout \(layout.number)"
    return [
      .words("\(layout.title), against layout \(baseline.number), \(baseline.plan.stripe)\n" + (headline ?? "")),
      .facts([Fact("number", .integer(layout.number)), Fact("baseline", .integer(baseline.number))]),
      table(
        "atEqualCompute", lossTable,
        "at equal compute, both compute-optimal; loss in nats per byte, perplexity per byte"),
      table(
        "computeForBaselineLoss", computeTable,
        "compute that \(name) needs for the baseline's loss, and its share of the baseline's"),
      table("exponents", exponentTable, "exponents over compute"),
      table(
        "atEqualState", state,
        "at equal state, the baseline's state-optimal one; losses by the parabolas over log state"),
      .notes(lossNotes + notes),
    ]
  }

  /// The perplexity ratio of the largest budget that has one.
  private var headline: String? {
    guard let place = places.last(where: { $0.isBudget && comparison.lossDifference(at: $0) != nil }),
      let difference = comparison.lossDifference(at: place)
    else { return nil }
    let interval = draws?.interval { $0.lossDifference(at: place) }
    let flops = NumberText.significant(comparison.fit.flops(at: place), digits: 4)
    return "perplexity per byte \(Self.change(difference)) at \(flops) FLOPs"
      + (interval.map { ", 95 % interval from \(Self.change($0.low)) to \(Self.change($0.high))" } ?? "") + "\n"
  }

  /// E.g. `3.2 % lower`.
  private static func change(_ difference: Double) -> String {
    "\(NumberText.fixed(100 * abs(exp(difference) - 1), decimals: 1)) % \(difference < 0 ? "lower" : "higher")"
  }

  // MARK: at equal compute

  private var lossTable: Table {
    var table = Table(
      [.init("flops", "FLOPs"), .init("at", "at"), .init("loss", "loss"), .init("baselineLoss", "baseline")]
        + Self.differenceColumns)
    for place in places {
      guard let difference = comparison.lossDifference(at: place), let loss = comparison.fit.loss(at: place) else {
        continue
      }
      table.add(
        [
          .significant(comparison.fit.flops(at: place)), .text(place.isBudget ? "budget" : "target"),
          .significant(loss), .significant(loss - difference),
        ] + Self.cells(difference, draws?.interval { $0.lossDifference(at: place) }))
    }
    return table
  }

  private static let differenceColumns = [
    Table.Heading("difference", "difference"), .init("differenceLow", "low"), .init("differenceHigh", "high"),
    .init("perplexityRatio", "perplexity ratio"), .init("perplexityRatioLow", "low"),
    .init("perplexityRatioHigh", "high"),
  ]

  /// A difference of losses, then the ratio of perplexities.
  private static func cells(_ difference: Double, _ interval: Interval?) -> [Cell] {
    [difference, interval?.low, interval?.high].map { $0.map { .number($0, decimals: 4) } ?? .nothing }
      + [difference, interval?.low, interval?.high].map { $0.map { .number(exp($0), decimals: 4) } ?? .nothing }
  }

  private var lossNotes: [String] {
    let missing = places.filter { comparison.lossDifference(at: $0) == nil }
    func list(_ places: [IsoFLOPFit.Place]) -> String {
      places.map { NumberText.significant(comparison.fit.flops(at: $0), digits: 4) }.joined(separator: ", ")
    }
    var notes: [String] = []
    let (budgets, targets) = (missing.filter(\.isBudget), missing.filter { !$0.isBudget })
    if !budgets.isEmpty {
      notes.append("no comparison at \(list(budgets)) FLOPs: it takes optima of both inside their sizes")
    }
    if !targets.isEmpty { notes.append("no comparison at \(list(targets)) FLOPs: it takes power laws of both") }
    if budgets.count < comparison.fit.budgets.count, computeTable.rows.isEmpty {
      notes.append(
        "nothing tells the compute for the baseline's loss: it takes two optima between which loss falls with compute")
    }
    if draws == nil, !lossTable.rows.isEmpty, layout.wantsDraws {
      notes.append("no intervals: they take more than three runs in a budget of both")
    }
    return notes
  }

  // MARK: compute for the baseline's loss

  private var computeTable: Table {
    var table = Table([
      .init("flops", "FLOPs"), .init("at", "at"), .init("baselineLoss", "baseline's loss"), .init("needed", "needed"),
      .init("share", "share"), .init("shareLow", "low"), .init("shareHigh", "high"), .init("range", "range"),
    ])
    for place in places {
      guard let needed = comparison.computeNeeded(at: place), let loss = comparison.baseline.loss(at: place) else {
        continue
      }
      let interval = draws?.interval { $0.computeShare(at: place) }
      let flops = comparison.baseline.flops(at: place)
      table.add([
        .significant(flops), .text(place.isBudget ? "budget" : "target"), .significant(loss),
        .significant(needed.flops), .significant(needed.flops / flops, digits: 3),
        interval.map { .significant($0.low, digits: 3) } ?? .nothing,
        interval.map { .significant($0.high, digits: 3) } ?? .nothing,
        .text(needed.isInside ? "inside" : needed.flops.isFinite ? "outside" : "never"),
      ])
    }
    return table
  }

  // MARK: exponents

  private var exponentTable: Table {
    var table = Table([
      .init("exponent", "exponent"), .init("estimate", "layout"), .init("low", "low"), .init("high", "high"),
      .init("baseline", "baseline"), .init("baselineLow", "low"), .init("baselineHigh", "high"),
      .init("difference", "difference"), .init("differenceLow", "low"), .init("differenceHigh", "high"),
    ])
    let exponents: [(String, (IsoFLOPFit) -> Double?)] = [
      ("alpha (loss - E ~ C^-alpha)", { $0.lossLaw?.exponent }), ("a (N_opt ~ C^a)", { $0.sizeLine?.exponent }),
      ("b (D_opt ~ C^b)", { $0.tokenLine?.exponent }),
    ]
    for (title, value) in exponents {
      func difference(_ comparison: IsoFLOPComparison) -> Double? {
        guard let one = value(comparison.fit), let other = value(comparison.baseline) else { return nil }
        return one - other
      }
      guard difference(comparison) != nil else { continue }
      table.add(
        [.text(title)] + cells { value($0.fit) } + cells { value($0.baseline) } + cells(difference))
    }
    return table
  }

  /// A quantity and its interval.
  private func cells(_ quantity: (IsoFLOPComparison) -> Double?) -> [Cell] {
    let interval = draws?.interval(quantity)
    return [quantity(comparison), interval?.low, interval?.high].map { $0.map { .significant($0) } ?? .nothing }
  }

  // MARK: at equal state

  /// With a note wherever there is no row.
  private var stateTable: (table: Table, notes: [String]) {
    var table = Table(
      [.init("flops", "FLOPs"), .init("state", "state"), .init("loss", "loss"), .init("baselineLoss", "baseline")]
        + Self.differenceColumns)
    guard let state = layout.state, let other = baseline.state else {
      let reasons = [layout, baseline].compactMap { one in
        one.reasonWithoutState.map { "layout \(one.number): \($0)" }
      }
      return (table, ["no comparison at equal state: \(reasons.joined(separator: "; "))"])
    }
    var notes: [String] = []
    let comparison = IsoFLOPComparison(state.fit, baseline: other.fit)
    let draws = Self.draws(state, other)
    for (index, budget) in comparison.fit.budgets.enumerated() {
      let place = "no comparison at equal state at \(NumberText.significant(budget.flops, digits: 4)) FLOPs: "
      guard let optimum = comparison.baseline.usedOptimum(index)?.size else {
        notes.append(place + "the baseline has no state-optimal size inside its sizes")
        continue
      }
      guard let loss = budget.loss(size: optimum),
        let difference = comparison.lossDifference(budget: index, size: optimum)
      else {
        let states = budget.runs.map(\.size)
        let range = [states.min(), states.max()].map { NumberText.significant($0 ?? 0, digits: 4) }
        notes.append(
          place
            + (budget.parabola == nil
              ? "layout \(layout.number) has no parabola"
              : "the baseline's \(NumberText.significant(optimum, digits: 4)) is outside \(range[0]) to \(range[1]) of layout "
                + "\(layout.number)"))
        continue
      }
      table.add(
        [.significant(budget.flops), .significant(optimum), .significant(loss), .significant(loss - difference)]
          + Self.cells(difference, draws?.interval { $0.lossDifference(budget: index, size: optimum) }))
    }
    return (table, notes)
  }
}

extension IsoFLOPFit.Place {
  fileprivate var isBudget: Bool { if case .budget = self { true } else { false } }
}
