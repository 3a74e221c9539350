import Configuration

/// How a space is searched.
public struct SearchSettings: Hashable, Sendable {
  /// What fresh samples are uniform over.
  public enum Sampling: String, Hashable, Sendable, CaseIterable {
    /// The alternatives of each choice, by their weights.
    case choices
    /// The distinct layouts.
    case layouts
  }

  public var strategy = StrategyKind.standard.rawValue
  public var population = 32
  /// How many candidates are evaluated at the first rung.
  public var candidates = 200
  /// Time limit on the clock, in hours.
  public var hours: Double?
  public var coreHours: Double?
  /// Proposals that are made at a time: each batch learns from those before it.
  public var batch = 8
  /// How often, at most, a contender is evaluated at a rung, each time with another seed.
  public var replicates = 3
  public var sampling = Sampling.choices

  public init() {}

  static let table = FieldTable(
    Self(),
    [
      .init(
        "strategy", \.strategy, .word(of: StrategyKind.allCases.map(\.rawValue)),
        "How candidates are proposed: madsearch list strategies."),
      .init("population", \.population, .integer(in: 2...100_000), "Parents kept."),
      .init("candidates", \.candidates, .integer(in: 1...10_000_000), "Candidates at the first rung."),
      .init("hours", \.hours, .number(in: 0.001...1e6), "Time limit on the clock."),
      .init("core-hours", \.coreHours, .number(in: 0.001...1e9), "Limit on the trainings' core-hours."),
      .init("batch", \.batch, .integer(in: 1...10_000), "Proposals made at a time."),
      .init(
        "replicates", \.replicates, .integer(in: 1...100), "Evaluations of a contender at a rung, at most."),
      .init(
        "sampling", \.sampling, .word,
        "What fresh samples are uniform over: the alternatives of each choice, or the distinct layouts."),
    ])
}
