import Reporting
import Statistics
import Text

/// What stands for a model's size in an IsoFLOP fit.
package enum ModelSize: String {
  case parameters, state

  var symbol: String { self == .parameters ? "N" : "S" }
}

extension FitReport.Quantity {
  /// - Parameters:
  ///   - draws: of the fit; none if nothing tells the noise.
  /// - Returns: nil where the fit does not say it.
  init?<Fitted>(
    _ key: String, _ title: String, of fit: Fitted, _ draws: Bootstrap<Fitted>?, _ value: (Fitted) -> Double?
  ) {
    guard let estimate = value(fit) else { return nil }
    self.init(key: key, title: title, estimate: estimate, interval: draws?.interval(value))
  }
}

extension FitReport {
  /// The report of an IsoFLOP fit, of `fit` and of `scale`.
  /// - Parameters:
  ///   - draws: none if nothing tells the noise.
  ///   - notes: what is to be said before all else.
  init(
    _ fit: IsoFLOPFit, _ draws: Bootstrap<IsoFLOPFit>?, size: ModelSize, title: String? = nil, notes: [String] = [],
    _ settings: Settings
  ) {
    func quantity(_ key: String, _ title: String, _ value: (IsoFLOPFit) -> Double?) -> Quantity? {
      Quantity(key, title, of: fit, draws, value)
    }
    func optimum(_ value: (IsoFLOPFit) -> ScalingOptimum?) -> [Quantity] {
      [
        quantity(size.rawValue, "\(size.symbol)_opt") { value($0)?.size },
        quantity("tokens", "D_opt") { value($0)?.tokens }, quantity("loss", "loss") { value($0)?.loss },
      ].compactMap(\.self)
    }
    self.init(
      form: .isoflop,
      title: title
        ?? "isoflop: loss over log \(size.symbol) a parabola for each budget; over budgets L_opt(C) = E + A/C^alpha",
      rows: fit.budgets.reduce(0) { $0 + $1.runs.count }, objective: fit.lossLaw?.objective, settings: settings,
      failures: draws?.failures ?? 0,
      coefficients: [
        quantity("E", "E") { $0.lossLaw?.floor }, quantity("A", "A") { $0.lossLaw?.coefficient },
        quantity("alpha", "alpha") { $0.lossLaw?.exponent },
        quantity("a", "a (\(size.symbol)_opt ~ C^a)") { $0.sizeLine?.exponent },
        quantity("b", "b (D_opt ~ C^b)") { $0.tokenLine?.exponent },
      ].compactMap(\.self),
      budgets: fit.budgets.enumerated().map { index, budget in
        Budget(
          point: Point(flops: budget.flops, quantities: optimum { $0.budgets[index].optimum }),
          runs: budget.runs.count, optimum: budget.optimumPlace)
      },
      predictions: settings.targets.map { flops in
        Point(flops: flops, quantities: optimum { $0.optimum(flops: flops) })
      }.filter { !$0.quantities.isEmpty },
      notes: notes + Self.isoflopNotes(fit, draws, size, settings),
      chart: LineChart(fit, size: size, title: "Loss over size, a parabola for each budget"))
  }

  private static func isoflopNotes(
    _ fit: IsoFLOPFit, _ draws: Bootstrap<IsoFLOPFit>?, _ size: ModelSize, _ settings: Settings
  ) -> [String] {
    var notes: [String] = []
    let inside = fit.budgets.count(where: \.isOptimumInside)
    if inside < fit.budgets.count {
      notes.append(
        "of \(fit.budgets.count) budgets \(inside) have an optimum inside their sizes; the laws over budgets use no others"
      )
    }
    if fit.lossLaw == nil {
      notes.append("no power law of loss: it takes three such budgets")
    } else if inside == 3 {
      notes.append("three budgets determine E, A and alpha exactly: nothing tells how well the power law holds")
    }
    if let deviation = fit.residualDeviation {
      notes.append(
        "losses lie around the parabolas by \(NumberText.significant(deviation, digits: 3)) (standard deviation)")
    } else if settings.repeats > 0 {
      notes.append("no intervals: they take more than three runs in a budget")
    }
    for budget in fit.budgets where budget.optimum == nil {
      let sizes = Set(budget.runs.map(\.size)).count
      let reason =
        budget.parabola == nil
        ? "\(sizes) different \(size.symbol), of the three that a parabola takes"
        : "a parabola that opens downwards"
      notes.append("no optimum at \(NumberText.significant(budget.flops, digits: 4)) FLOPs: \(reason)")
    }
    return notes + commonNotes(fit.lossLaw.map { [("C", $0.exponent)] } ?? [], draws?.failures ?? 0, settings)
  }
}

extension IsoFLOPFit.Budget {
  /// inside, outside or none.
  fileprivate var optimumPlace: String { optimum == nil ? "none" : isOptimumInside ? "inside" : "outside" }
}
