import LanguageModeling
import Reporting
import Statistics

/// A layout of an IsoFLOP study, and how it scales.
package struct ScaledLayout: Report {
  /// An IsoFLOP fit, and draws of it; none if nothing tells the noise or none are wanted.
  struct Fitted {
    let fit: IsoFLOPFit
    let draws: Bootstrap<IsoFLOPFit>?
  }

  /// Counted from 1.
  package let number: Int
  let plan: IsoFLOPPlan
  let isBaseline: Bool
  /// Over parameters.
  let compute: Fitted
  /// Over state; nil with the reason.
  let state: Fitted?
  let reasonWithoutState: String?
  private let diverged: Int
  private let settings: FitReport.Settings

  /// - Parameters:
  ///   - results: of the plan's trainings.
  ///   - settings: the draws of the layout with number n have the seed and n - 1 more.
  init(
    number: Int, _ plan: IsoFLOPPlan, _ results: [PerplexityResult], isBaseline: Bool, _ settings: FitReport.Settings
  ) {
    (self.number, self.plan, self.isBaseline, self.settings) = (number, plan, isBaseline, settings)
    let trainings = Array(zip(plan.trainings, results))
    diverged = results.count { $0.heldOut == nil }
    func fitted(_ size: (IsoFLOPPlan.Size) -> Int) -> Fitted {
      let budgets = Dictionary(grouping: trainings) { $0.0.budget }.sorted { $0.key < $1.key }
      let fit = IsoFLOPFit(
        budgets: budgets.map { budget in
          IsoFLOPFit.Budget(
            budget.value.compactMap { training, result in
              result.heldOut.map {
                IsoFLOPFit.Run(
                  size: Double(size(training.size)), tokens: Double(training.plan.tokens), flops: training.flops,
                  loss: $0)
              }
            }, flops: budget.key)
        }, delta: settings.delta)
      let seed = settings.seed &+ UInt64(number - 1)
      let draws = settings.repeats > 0 ? fit.bootstrap(repeats: settings.repeats, seed: seed) : nil
      return Fitted(fit: fit, draws: draws)
    }
    compute = fitted(\.parameters)
    let states = Set(plan.trainings.map(\.size.state))
    reasonWithoutState =
      states.contains(0)
      ? "it keeps no state" : states.count == 1 ? "its state is the same at all sizes" : nil
    state = reasonWithoutState == nil ? fitted(\.state) : nil
  }

  /// - Parameters:
  ///   - results: of all trainings of the plans, in order.
  ///   - baseline: its index.
  package static func all(
    _ plans: [IsoFLOPPlan], _ results: [PerplexityResult], baseline: Int?, _ settings: FitReport.Settings
  ) -> [ScaledLayout] {
    var left = results[...]
    return plans.enumerated().map { index, plan in
      defer { left = left.dropFirst(plan.trainings.count) }
      return ScaledLayout(
        number: index + 1, plan, Array(left.prefix(plan.trainings.count)), isBaseline: index == baseline, settings)
    }
  }

  var wantsDraws: Bool { settings.repeats > 0 }

  /// E.g. `layout 2, mamba swiglu`.
  var title: String { "layout \(number)\(isBaseline ? " (baseline)" : ""), \(plan.stripe)" }

  var computeReport: FitReport {
    FitReport(
      compute.fit, compute.draws, size: .parameters,
      title: "\(title): compute-optimal parameters N (each budget a parabola of loss over log N), loss E + A/C^alpha",
      notes: diverged == 0
        ? []
        : ["of \(plan.trainings.count) trainings \(diverged) diverged and \(diverged == 1 ? "is" : "are") left out"],
      settings)
  }

  /// nil if it is not defined.
  var stateReport: FitReport? {
    state.map {
      FitReport(
        $0.fit, $0.draws, size: .state,
        title: "\(title): state-optimal state size S (each budget a parabola of loss over log S), loss E + A/C^alpha",
        settings)
    }
  }

  package var chart: LineChart { LineChart(compute.fit, size: .parameters, title: title) }

  package var parts: [ReportPart] {
    let state: [ReportPart] =
      stateReport.map { [.report("stateOptimal", $0)] }
      ?? [
        .facts([Fact("stateOptimal", .nothing)]),
        .words("\(title): no state-optimal size, \(reasonWithoutState ?? "")\n"),
      ]
    return [
      .facts([
        Fact("number", .integer(number)), Fact("layout", .text(plan.stripe.canonical)),
        Fact("isBaseline", .flag(isBaseline)), Fact("reasonWithoutState", .text(or: reasonWithoutState)),
      ]), .report("computeOptimal", computeReport),
    ] + state
  }
}
