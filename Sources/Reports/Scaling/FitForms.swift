import Foundation
import Reporting
import Statistics
import Text

/// How the numbers of a table become those of the report, for each form.
extension FitReport {
  /// The rows do not determine the form's coefficients.
  package struct Insufficient: ReportedError {
    package var fault: Fault { .input }
    package let description: String
  }

  /// - Parameter table: with the columns that the form needs.
  /// - Throws: `Insufficient`.
  package static func make(_ form: Form, _ table: TrainingTable, _ settings: Settings) throws(Insufficient) -> FitReport
  {
    switch form {
    case .isoflop: try isoflop(table, settings)
    case .power: try power(table, settings)
    case .parametric: try parametric(table, settings)
    }
  }

  /// Whether the FLOPs are a few budgets, with sizes for a parabola each.
  package static func hasBudgets(_ table: TrainingTable, tolerance: Double) -> Bool {
    IsoFLOPFit(runs(table), tolerance: tolerance).isStudy(tolerance: tolerance)
  }

  private static func runs(_ table: TrainingTable) -> [IsoFLOPFit.Run] {
    table.losses.indices.map {
      IsoFLOPFit.Run(
        size: table.parameters?[$0] ?? 0, tokens: table.tokens?[$0], flops: table.flops?[$0] ?? 0,
        loss: table.losses[$0])
    }
  }

  // MARK: isoflop

  private static func isoflop(_ table: TrainingTable, _ settings: Settings) throws(Insufficient) -> FitReport {
    let fit = IsoFLOPFit(runs(table), tolerance: settings.tolerance, delta: settings.delta)
    guard fit.budgets.contains(where: { $0.parabola != nil }) else {
      let sizes = fit.budgets.map { Set($0.runs.map(\.size)).count }.max() ?? 0
      throw Insufficient(
        description:
          "the form isoflop needs three sizes at about the same FLOPs, found at most \(sizes) within a share of "
          + "\(NumberText.exact(settings.tolerance)) (--tolerance)")
    }
    return FitReport(
      fit, settings.repeats > 0 ? fit.bootstrap(repeats: settings.repeats, seed: settings.seed) : nil,
      size: .parameters, settings)
  }

  // MARK: power

  private static func power(_ table: TrainingTable, _ settings: Settings) throws(Insufficient) -> FitReport {
    let compute = table.flops ?? []
    guard let fit = PowerLaw(compute: compute, losses: table.losses, delta: settings.delta) else {
      throw Insufficient(
        description: "the form power needs three different numbers of FLOPs, found \(Set(compute).count)")
    }
    let bootstrap = fit.bootstrap(
      compute: compute, losses: table.losses, delta: settings.delta, repeats: settings.repeats, seed: settings.seed)
    func quantity(_ key: String, _ title: String, _ value: (PowerLaw) -> Double) -> Quantity? {
      Quantity(key, title, of: fit, bootstrap, value)
    }
    return FitReport(
      form: .power, title: "power: L(C) = E + A/C^alpha", rows: table.losses.count, objective: fit.objective,
      settings: settings, failures: bootstrap.failures,
      coefficients: [
        quantity("E", "E", \.floor), quantity("A", "A", \.coefficient), quantity("alpha", "alpha", \.exponent),
      ].compactMap(\.self),
      budgets: [],
      predictions: settings.targets.map { flops in
        Point(flops: flops, quantities: [quantity("loss", "loss") { $0.loss(compute: flops) }].compactMap(\.self))
      },
      notes: (Set(compute).count == 3
        ? ["three amounts of compute determine E, A and alpha: nothing tells how well it holds"] : [])
        + commonNotes([("C", fit.exponent)], bootstrap.failures, settings),
      chart: LineChart(
        law: fit, places: Array(zip(compute, table.losses)), targets: settings.targets, title: "Loss over compute"))
  }

  // MARK: parametric

  private static func parametric(_ table: TrainingTable, _ settings: Settings) throws(Insufficient) -> FitReport {
    let (parameters, tokens) = (table.parameters ?? [], table.tokens ?? [])
    guard
      let fit = ParametricLoss(parameters: parameters, tokens: tokens, losses: table.losses, delta: settings.delta)
    else {
      throw Insufficient(
        description:
          "the form parametric needs five rows with three different numbers of parameters and of tokens, found "
          + "\(table.losses.count) rows with \(Set(parameters).count) and \(Set(tokens).count)")
    }
    let bootstrap = fit.bootstrap(
      parameters: parameters, tokens: tokens, losses: table.losses, delta: settings.delta, repeats: settings.repeats,
      seed: settings.seed)
    func quantity(_ key: String, _ title: String, _ value: (ParametricLoss) -> Double?) -> Quantity? {
      Quantity(key, title, of: fit, bootstrap, value)
    }
    // C = k N D, k from the table where it has FLOPs.
    let ratio = table.flops.map { flops in
      exp(flops.indices.reduce(0) { $0 + log(flops[$1]) - log(parameters[$1]) - log(tokens[$1]) } / Double(flops.count))
    }
    let factor = ratio ?? 6
    let predictions = settings.targets.map { flops in
      func optimum(_ fit: ParametricLoss) -> ScalingOptimum? {
        fit.optimum(flops: flops, flopsPerParameterToken: factor)
      }
      let quantities = [
        quantity("parameters", "N_opt") { optimum($0)?.size },
        quantity("tokens", "D_opt") { optimum($0)?.tokens },
        quantity("loss", "loss") { optimum($0)?.loss },
      ]
      return Point(flops: flops, quantities: quantities.compactMap(\.self))
    }
    var notes = commonNotes(
      [("N", fit.parameterExponent), ("D", fit.tokenExponent)], bootstrap.failures, settings)
    if !predictions.isEmpty {
      notes.append(
        "C = k N D with k = \(NumberText.significant(factor, digits: 4))"
          + (ratio == nil ? "" : ", the geometric mean of the table"))
    }
    return FitReport(
      form: .parametric, title: "parametric: L(N, D) = E + A/N^alpha + B/D^beta", rows: table.losses.count,
      objective: fit.objective, settings: settings, failures: bootstrap.failures,
      coefficients: [
        quantity("E", "E") { $0.floor }, quantity("A", "A") { $0.parameterCoefficient },
        quantity("alpha", "alpha") { $0.parameterExponent }, quantity("B", "B") { $0.tokenCoefficient },
        quantity("beta", "beta") { $0.tokenExponent },
        quantity("a", "a (N_opt ~ C^a)") { $0.optimalExponents?.parameters },
        quantity("b", "b (D_opt ~ C^b)") { $0.optimalExponents?.tokens },
      ].compactMap(\.self), budgets: [], predictions: predictions, notes: notes)
  }

  static func commonNotes(
    _ exponents: [(name: String, value: Double)], _ failures: Int, _ settings: Settings
  ) -> [String] {
    var notes = exponents.filter { $0.value <= 0 }.map { "loss does not fall with \($0.name)" }
    if failures > 0 {
      notes.append(
        "\(NumberText.grouped(failures)) of \(NumberText.grouped(settings.repeats)) draws did not determine the fit and are "
          + "left out")
    }
    return notes
  }
}
