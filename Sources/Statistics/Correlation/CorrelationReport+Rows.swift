extension CorrelationReport {
  public typealias Variable = CorrelationStudy.Variable

  /// A row of each kind for a predictor as it was measured.
  static func rows(
    _ subset: String, _ things: [Int], _ predictor: Variable, _ target: Variable, _ settings: Settings
  ) -> [Row] {
    Correlation.allCases.map { row(subset, things, predictor, target, $0, settings) }
  }

  static func row(
    _ subset: String, _ things: [Int], _ predictor: Variable, _ target: Variable, _ kind: Correlation,
    _ settings: Settings
  ) -> Row {
    let estimate = CorrelationEstimate(
      kind, things.map { predictor.values[$0] }, things.map { target.values[$0] }, repeats: settings.repeats,
      permutations: settings.permutations, seed: settings.seed)
    return Row(
      subset: subset, predictor: predictor.name, given: [], kind: kind, count: things.count,
      coefficient: estimate?.coefficient, interval: estimate?.interval, pValue: estimate?.pValue)
  }

  /// A row without p-value, for a coefficient that is computed.
  /// - Parameter statistic: from the indices of things.
  static func row(
    _ subset: String, _ predictor: String, given: [String] = [], _ kind: Correlation, count: Int,
    _ settings: Settings, _ statistic: @Sendable ([Int]) -> Double?
  ) -> Row {
    Row(
      subset: subset, predictor: predictor, given: given, kind: kind, count: count,
      coefficient: statistic(Array(0..<count)),
      interval: Bootstrap.acceleratedInterval(
        rows: count, repeats: settings.repeats, seed: settings.seed, statistic), pValue: nil)
  }

  static func partialRows(
    _ score: Variable, _ target: Variable, _ given: [Variable], _ settings: Settings
  ) -> [Row] {
    Correlation.allCases.compactMap { kind in
      // Kendall's is defined given one.
      if kind == .kendall, given.count > 1 { return nil }
      return row(
        "all", score.name, given: given.map(\.name), kind, count: target.values.count, settings
      ) { rows in
        func drawn(_ variable: Variable) -> [Double] { rows.map { variable.values[$0] } }
        return PartialCorrelation.coefficient(kind, drawn(score), drawn(target), given: given.map(drawn))
      }
    }
  }

  /// How much stronger the score's coefficients of all kinds are than a covariate's; those that are not defined are left
  /// out.
  public static func comparisons(
    _ score: Variable, _ covariate: Variable, _ target: Variable, _ settings: Settings
  ) -> [Comparison] {
    Correlation.allCases.compactMap { kind in
      let statistic = differenceInMagnitude(kind, score, covariate, target)
      return statistic(Array(target.values.indices)).map { difference in
        Comparison(
          covariate: covariate.name, kind: kind, difference: difference,
          interval: Bootstrap.acceleratedInterval(
            rows: target.values.count, repeats: settings.repeats, seed: settings.seed, statistic))
      }
    }
  }

  /// How much larger the magnitude of one predictor's coefficient is than another's, from the indices of things; nil if
  /// the first one's is not defined.
  static func differenceInMagnitude(
    _ kind: Correlation, _ first: Variable, _ second: Variable, _ target: Variable
  ) -> @Sendable ([Int]) -> Double? {
    { rows in
      func drawn(_ variable: Variable) -> [Double] { rows.map { variable.values[$0] } }
      guard let coefficient = kind.coefficient(drawn(first), drawn(target)) else { return nil }
      // A predictor without variation tells nothing.
      return coefficient.magnitude - (kind.coefficient(drawn(second), drawn(target))?.magnitude ?? 0)
    }
  }
}
