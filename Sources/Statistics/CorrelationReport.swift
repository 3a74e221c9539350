import Foundation

/// How well a cheap score tells a dear one: over all things measured, among the better ones, within classes, and beside
/// what is known without measuring.
public struct CorrelationReport: Sendable {
  /// Measurements under a name.
  public struct Variable: Sendable {
    public let name: String
    public let values: [Double]

    public init(_ name: String, _ values: [Double]) { (self.name, self.values) = (name, values) }
  }

  public struct Settings: Sendable {
    /// Bootstrap draws, and random orders for p-values.
    public let repeats, permutations: Int
    public let seed: UInt64

    public init(repeats: Int, permutations: Int, seed: UInt64) {
      (self.repeats, self.permutations, self.seed) = (repeats, permutations, seed)
    }
  }

  /// A coefficient of one predictor with the target.
  public struct Row: Sendable {
    /// `all`, `better half`, `top quarter`, or a class.
    public let subset: String
    public let predictor: String
    /// What is taken into account (partial correlation).
    public let given: [String]
    public let kind: Correlation
    /// Things measured.
    public let count: Int
    /// nil where it is not defined.
    public let coefficient: Double?
    public let interval: Interval?
    /// Not for partial correlations.
    public let pValue: Double?
  }

  /// How much stronger the score's correlation is than a covariate's: the difference of their magnitudes.
  public struct Comparison: Sendable {
    public let covariate: String
    public let kind: Correlation
    public let difference: Double
    public let interval: Interval?

    /// Whether the score is better, beyond doubt at 95 %.
    public var isBeaten: Bool { interval.map { $0.low > 0 } ?? false }
  }

  public let rows: [Row]
  public let comparisons: [Comparison]

  /// - Parameters:
  ///   - score: what is to be judged.
  ///   - target: what it should tell.
  ///   - lowerIsBetter: whether the better things are those with the lower target, as of losses.
  ///   - classes: of each thing; nil for none.
  ///   - covariates: what is known of each thing without measuring.
  public init(
    score: Variable, target: Variable, lowerIsBetter: Bool, classes: [String]?, covariates: [Variable],
    settings: Settings
  ) {
    var rows: [Row] = []
    for (name, subset) in Self.subsets(target.values, lowerIsBetter: lowerIsBetter, classes: classes) {
      rows += Self.rows(name, subset, score, target, settings)
    }
    let all = Array(target.values.indices)
    for covariate in covariates { rows += Self.rows("all", all, covariate, target, settings) }
    for given in covariates.map({ [$0] }) + (covariates.count > 1 ? [covariates] : []) {
      rows += Self.partialRows(score, target, given, settings)
    }
    self.rows = rows
    comparisons = covariates.flatMap { Self.comparisons(score, $0, target, settings) }
  }

  private static func subsets(
    _ target: [Double], lowerIsBetter: Bool, classes: [String]?
  ) -> [(name: String, rows: [Int])] {
    let all = Array(target.indices)
    let order = all.sorted { lowerIsBetter ? target[$0] < target[$1] : target[$0] > target[$1] }
    func best(_ share: Int) -> [Int] {
      let count = (all.count + share - 1) / share
      guard count > 0 else { return [] }
      // Those that are equal to the last one are as good.
      let last = target[order[count - 1]]
      return all.filter { lowerIsBetter ? target[$0] <= last : target[$0] >= last }
    }
    let named = Dictionary(grouping: all) { classes?[$0] ?? "" }.sorted { $0.key < $1.key }
    return [("all", all), ("better half", best(2)), ("top quarter", best(4))]
      + (classes == nil ? [] : named.map { ("class \($0.key)", $0.value) })
  }

  private static func rows(
    _ subset: String, _ indices: [Int], _ predictor: Variable, _ target: Variable, _ settings: Settings
  ) -> [Row] {
    let (x, y) = (indices.map { predictor.values[$0] }, indices.map { target.values[$0] })
    return Correlation.allCases.map { kind in
      let estimate = CorrelationEstimate(
        kind, x, y, repeats: settings.repeats, permutations: settings.permutations, seed: settings.seed)
      return Row(
        subset: subset, predictor: predictor.name, given: [], kind: kind, count: indices.count,
        coefficient: estimate?.coefficient, interval: estimate?.interval, pValue: estimate?.pValue)
    }
  }

  private static func partialRows(
    _ score: Variable, _ target: Variable, _ given: [Variable], _ settings: Settings
  ) -> [Row] {
    Correlation.allCases.compactMap { kind in
      // Kendall's is defined given one.
      if kind == .kendall, given.count > 1 { return nil }
      let statistic: @Sendable ([Int]) -> Double? = { rows in
        func drawn(_ variable: Variable) -> [Double] { rows.map { variable.values[$0] } }
        return PartialCorrelation.coefficient(kind, drawn(score), drawn(target), given: given.map(drawn))
      }
      return Row(
        subset: "all", predictor: score.name, given: given.map(\.name), kind: kind, count: target.values.count,
        coefficient: statistic(Array(target.values.indices)),
        interval: Bootstrap.acceleratedInterval(
          rows: target.values.count, repeats: settings.repeats, seed: settings.seed, statistic), pValue: nil)
    }
  }

  private static func comparisons(
    _ score: Variable, _ covariate: Variable, _ target: Variable, _ settings: Settings
  ) -> [Comparison] {
    Correlation.allCases.compactMap { kind in
      let statistic: @Sendable ([Int]) -> Double? = { rows in
        func drawn(_ variable: Variable) -> [Double] { rows.map { variable.values[$0] } }
        guard let first = kind.coefficient(drawn(score), drawn(target)) else { return nil }
        // A covariate without variation tells nothing.
        return first.magnitude - (kind.coefficient(drawn(covariate), drawn(target))?.magnitude ?? 0)
      }
      return statistic(Array(target.values.indices)).map { difference in
        Comparison(
          covariate: covariate.name, kind: kind, difference: difference,
          interval: Bootstrap.acceleratedInterval(
            rows: target.values.count, repeats: settings.repeats, seed: settings.seed, statistic))
      }
    }
  }
}
