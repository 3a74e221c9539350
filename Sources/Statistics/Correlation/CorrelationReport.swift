/// How well a cheap score tells a dear one: over all things measured, among the better ones, within classes, beside what
/// is known without measuring, without noise, and by its parts.
public struct CorrelationReport: Sendable {
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
    /// Only for what was measured as it is.
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

  /// How much of the target's standard deviation is left in a subset.
  public struct Range: Sendable {
    public let subset: String
    public let share: Double
  }

  public let study: CorrelationStudy
  /// The score's over all things, in the better half, in the top quarter, and in each class.
  public let scoreRows: [Row]
  /// Those of the covariates on their own.
  public let covariateRows: [Row]
  /// The score's with each covariate, and then all, taken into account.
  public let partialRows: [Row]
  public let comparisons: [Comparison]
  /// Of the better half and the top quarter; none if the target does not vary.
  public let ranges: [Range]
  /// nil without replicates.
  public let attenuation: AttenuationCorrection?
  /// Empty unless there are at least two parts.
  public let partEffects: [PartEffect]
  /// Of the parts brought to the same spread; empty unless two parts vary.
  public let equalSpread: [PartGain]
  /// nil unless there are at least two parts that vary, and `PartWeights.leastThings` things.
  public let reweighting: PartReweighting?

  public init(_ study: CorrelationStudy, settings: Settings) {
    self.study = study
    let target = study.target
    let subsets = Self.subsets(study)
    scoreRows = subsets.flatMap { Self.rows($0.name, $0.things, study.score, target, settings) }
    let all = Array(target.values.indices)
    covariateRows = study.covariates.flatMap { Self.rows("all", all, $0, target, settings) }
    let given = study.covariates.map { [$0] } + (study.covariates.count > 1 ? [study.covariates] : [])
    partialRows = given.flatMap { Self.partialRows(study.score, target, $0, settings) }
    comparisons = study.covariates.flatMap { Self.comparisons(study.score, $0, target, settings) }
    ranges = Self.ranges(target.values, subsets)
    attenuation = AttenuationCorrection(study, settings)
    partEffects = PartEffect.all(study, settings)
    equalSpread = study.partsOfEqualSpread.map { PartGain.all($0, study, settings) } ?? []
    reweighting = PartReweighting(study, settings)
  }

  /// All coefficients.
  public var rows: [Row] {
    scoreRows + (attenuation?.rows ?? []) + covariateRows + partialRows + partEffects.map(\.own)
      + partEffects.map(\.without) + joinedRows
  }

  /// The plain mean of the parts, and the other ways to join them.
  private var joinedRows: [Row] {
    let others = [equalSpread, reweighting?.gains ?? []]
    return (others.first { !$0.isEmpty } ?? []).map(\.mean) + others.joined().map(\.other)
  }

  private static func subsets(_ study: CorrelationStudy) -> [(name: String, things: [Int])] {
    let (target, lowerIsBetter) = (study.target.values, study.lowerIsBetter)
    let all = Array(target.indices)
    let order = all.sorted { lowerIsBetter ? target[$0] < target[$1] : target[$0] > target[$1] }
    func best(_ share: Int) -> [Int] {
      let count = (all.count + share - 1) / share
      guard count > 0 else { return [] }
      // Those that are equal to the last one are as good.
      let last = target[order[count - 1]]
      return all.filter { lowerIsBetter ? target[$0] <= last : target[$0] >= last }
    }
    let classes = Dictionary(grouping: all.filter { study.things[$0].classification != nil }) {
      study.things[$0].classification ?? ""
    }
    return [("all", all), ("better half", best(2)), ("top quarter", best(4))]
      + classes.sorted { $0.key < $1.key }.map { ("class \($0.key)", $0.value) }
  }

  private static func ranges(_ target: [Double], _ subsets: [(name: String, things: [Int])]) -> [Range] {
    func deviation(_ values: [Double]) -> Double { MeanEstimate(values)?.standardDeviation ?? 0 }
    let whole = deviation(target)
    guard whole > 0 else { return [] }
    return subsets[1...2].map { subset in
      Range(subset: subset.name, share: deviation(subset.things.map { target[$0] }) / whole)
    }
  }
}
