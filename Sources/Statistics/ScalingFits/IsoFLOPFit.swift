import Engine
import Foundation

/// The compute-optimal sizes of some budgets of compute, and how they and the loss there change with compute (Hoffmann
/// et al. 2022, arXiv 2203.15556, approach 2; see `docs/scaling.md`). A size is a number of parameters, or any other
/// measure of a model: with numbers of state it is state-optimal scaling (Poli et al. 2024, arXiv 2403.17844).
public struct IsoFLOPFit: Sendable {
  /// One training.
  public struct Run: Sendable {
    /// Parameters, or the measure in their place.
    public let size: Double
    /// nil if it is not known.
    public let tokens: Double?
    public let flops: Double
    /// Held-out, in nats.
    public var loss: Double

    public init(size: Double, tokens: Double?, flops: Double, loss: Double) {
      (self.size, self.tokens, self.flops, self.loss) = (size, tokens, flops, loss)
    }
  }

  /// Runs of several sizes at about the same compute.
  public struct Budget: Sendable {
    /// The geometric mean of the runs' FLOPs, unless it was given.
    public let flops: Double
    public let runs: [Run]
    /// Of loss over log size; nil with fewer than three sizes.
    public let parabola: Parabola?
    /// The line of log tokens over log size.
    private let tokens: LogLogLine?

    /// - Parameter flops: of all runs, nearly.
    public init(_ runs: [Run], flops: Double) {
      (self.runs, self.flops) = (runs, flops)
      parabola = Parabola(runs.map { log($0.size) }, runs.map(\.loss))
      let known = runs.filter { $0.tokens != nil }
      tokens = LogLogLine(known.map(\.size), known.compactMap(\.tokens))
    }

    init(_ runs: [Run]) {
      self.init(runs, flops: exp(runs.reduce(0) { $0 + log($1.flops) } / Double(runs.count)))
    }

    /// Where the parabola is least, inside the measured sizes or not; nil if it is nowhere.
    public var optimum: ScalingOptimum? {
      guard let minimum = parabola?.minimum else { return nil }
      let size = exp(minimum.x)
      return ScalingOptimum(size: size, tokens: tokens?.value(size), loss: minimum.y)
    }

    /// Whether the optimum is where sizes were measured; only then the laws over budgets use it.
    public var isOptimumInside: Bool { parabola?.isMinimumInside ?? false }

    /// The parabola's loss at a size; nil beyond the measured sizes.
    public func loss(size: Double) -> Double? {
      parabola.flatMap { $0.range.contains(log(size)) ? $0.value(log(size)) : nil }
    }
  }

  /// From the least compute to the most.
  public let budgets: [Budget]
  /// The optimal loss over compute; nil with fewer than three optima.
  public let lossLaw: PowerLaw?
  /// The optimal size and tokens over compute; nil with fewer than two optima.
  public let sizeLine, tokenLine: LogLogLine?
  /// The budgets that the laws use, if they have an optimum.
  private let used: [Int]
  private let delta: Double

  /// - Parameters:
  ///   - tolerance: the largest ratio of FLOPs within a budget, less one.
  ///   - delta: where the Huber loss of the power law of log loss becomes linear.
  public init(_ runs: [Run], tolerance: Double = 0.1, delta: Double = 1e-3) {
    var groups: [[Run]] = []
    for run in runs.sorted(by: { $0.flops < $1.flops }) {
      if let first = groups.last?.first, run.flops <= first.flops * (1 + tolerance) {
        groups[groups.count - 1].append(run)
      } else {
        groups.append([run])
      }
    }
    self.init(budgets: groups.map { Budget($0) }, delta: delta)
  }

  /// - Parameter budgets: from the least compute to the most; they may be without runs.
  public init(budgets: [Budget], delta: Double = 1e-3) {
    self.init(budgets, using: budgets.indices.filter { budgets[$0].isOptimumInside }, delta: delta)
  }

  private init(_ budgets: [Budget], using used: [Int], delta: Double) {
    (self.budgets, self.used, self.delta) = (budgets, used, delta)
    let optima = used.compactMap { index in budgets[index].optimum.map { (flops: budgets[index].flops, $0) } }
    let flops = optima.map(\.flops)
    let losses = optima.compactMap(\.1.loss)
    lossLaw = losses.count == flops.count ? PowerLaw(compute: flops, losses: losses, delta: delta) : nil
    sizeLine = LogLogLine(flops, optima.map(\.1.size))
    let tokens = optima.compactMap(\.1.tokens)
    tokenLine = tokens.count == flops.count ? LogLogLine(flops, tokens) : nil
  }

  /// The optimum of a budget that the laws use; nil of others.
  public func usedOptimum(_ budget: Int) -> ScalingOptimum? {
    used.contains(budget) ? budgets[budget].optimum : nil
  }

  /// The expected optimum at some compute.
  public func optimum(flops: Double) -> ScalingOptimum? {
    sizeLine.map {
      ScalingOptimum(
        size: $0.value(flops), tokens: tokenLine?.value(flops), loss: lossLaw?.loss(compute: flops))
    }
  }

  /// The root mean square of the losses' distances from the parabolas, for the degrees of freedom; nil without any.
  public var residualDeviation: Double? {
    let (residuals, inflation) = self.residuals
    guard !residuals.isEmpty else { return nil }
    return inflation * (residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)).squareRoot()
  }

  /// Distances from the parabolas with more runs than coefficients, and what makes them as wide as the noise.
  private var residuals: (values: [Double], inflation: Double) {
    let fitted = budgets.filter { $0.parabola != nil && $0.runs.count > 3 }
    let values = fitted.flatMap { budget in
      budget.runs.compactMap { run in budget.parabola.map { run.loss - $0.value(log(run.size)) } }
    }
    let freedom = values.count - 3 * fitted.count
    return freedom > 0 ? (values, (Double(values.count) / Double(freedom)).squareRoot()) : ([], 1)
  }

  /// Whether the runs are ones of an IsoFLOP study: at least two budgets have three sizes, these hold most runs, and there are
  /// gaps between all budgets.
  public func isStudy(tolerance: Double) -> Bool {
    let fitted = budgets.filter { $0.parabola != nil }
    let total = budgets.reduce(0) { $0 + $1.runs.count }
    let areApart = zip(budgets, budgets.dropFirst()).allSatisfy { lower, upper in
      let (most, least) = (lower.runs.map(\.flops).max() ?? 0, upper.runs.map(\.flops).min() ?? 0)
      return least > most * (1 + tolerance)
    }
    return fitted.count > 1 && 4 * fitted.reduce(0) { $0 + $1.runs.count } >= 3 * total && areApart
  }

  /// This fit on other draws of the noise: sizes and budgets are chosen, not drawn, so that the distances from the
  /// parabolas are drawn with replacement and added to them.
  /// - Returns: nil if no budget has more than three runs, as nothing then tells the noise.
  public func bootstrap(repeats: Int, seed: UInt64) -> Bootstrap<IsoFLOPFit>? {
    let (residuals, inflation) = self.residuals
    guard !residuals.isEmpty else { return nil }
    return Bootstrap(repeats: repeats, seed: seed) { stream in
      let drawn = budgets.map { budget in
        guard let parabola = budget.parabola else { return budget }
        return Budget(
          budget.runs.map { run in
            var run = run
            run.loss =
              parabola.value(log(run.size)) + inflation * residuals[stream.integer(below: residuals.count)]
            return run
          }, flops: budget.flops)
      }
      return IsoFLOPFit(drawn, using: used, delta: delta)
    }
  }
}
