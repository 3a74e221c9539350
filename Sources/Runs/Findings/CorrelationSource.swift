import Foundation
import Layouts
import MADTasks
import Search
import Statistics

/// What runs say of how well scores on tasks tell losses on text: all candidates with both, over all runs that measured
/// them in the same way.
public struct CorrelationSource: Sendable {
  /// A way to score on tasks.
  public struct Predictor: Sendable, Hashable {
    let rung: StoredRung
    /// Of the protocol.
    public var rungName: String { rung.rung.name }
    public var name: String { rung.rung.scoreName }
  }

  /// A loss that a score should tell.
  public struct Target: Sendable, Hashable {
    let rung: StoredRung
    /// Its place among the losses of the rung.
    let index: Int

    private var loss: RungLoss { rung.rung.losses[index] }
    public var kind: String { loss.kind }
    /// E.g. `loss at 2e+06 tokens`.
    public var name: String { loss.name }
    public var corpus: String { loss.corpus }
  }

  /// What was measured of one layout, over all runs.
  struct Entry {
    let layout: String
    let classification: String
    let costs: CostSummary
    var scores: [Predictor: [Double]] = [:]
    /// By task.
    var parts: [Predictor: [[String: Double]]] = [:]
    var seconds: [Predictor: [Double]] = [:]
    var losses: [Target: [Double]] = [:]
    /// Held-out losses after a tenth of the tokens.
    var early: [Target: [Double]] = [:]
  }

  public static let earlyLoss = "early loss"

  /// In the order of the rungs, run by run.
  public let predictors: [Predictor]
  public let targets: [Target]
  private let entries: [Entry]

  /// - Throws: `RunError`, `ConfigurationErrors`, `NotationError`.
  public init(_ stores: [RunStore]) throws {
    var (predictors, targets): ([Predictor], [Target]) = ([], [])
    var entries: [Entry] = []
    var places: [String: Int] = [:]
    for store in stores {
      let run = try MeasuredRun(store)
      predictors += run.predictors.filter { !predictors.contains($0) }
      targets += run.targets.filter { !targets.contains($0) }
      for candidate in try store.candidates() {
        let place = places[candidate.layout] ?? entries.count
        if place == entries.count {
          places[candidate.layout] = place
          let layout = try Layout(parsing: candidate.layout)
          entries.append(
            Entry(layout: candidate.layout, classification: layout.classification, costs: candidate.costs))
        }
        try run.add(candidate.id, to: &entries[place])
      }
    }
    (self.predictors, self.targets, self.entries) = (predictors, targets, entries)
  }

  /// Candidates with a score, and core-seconds of one on average.
  public func scored(_ predictor: Predictor) -> (count: Int, seconds: Double) {
    let seconds = entries.compactMap { $0.seconds[predictor] }.flatMap(\.self)
    let count = entries.count { $0.scores[predictor] != nil }
    return (count, seconds.isEmpty ? 0 : seconds.reduce(0, +) / Double(seconds.count))
  }

  /// Candidates with both.
  public func count(_ predictor: Predictor, _ target: Target) -> Int { both([predictor], target).count }

  /// What is left of the scores' standard deviation among those that also have the loss; nil if that is not defined.
  public func rangeLeft(_ predictor: Predictor, _ target: Target) -> Double? {
    func deviation(_ entries: [Entry]) -> Double? {
      MeanEstimate(entries.compactMap { $0.scores[predictor].map(Self.mean) })?.standardDeviation
    }
    guard let part = deviation(both([predictor], target)), let whole = deviation(entries), whole > 0 else { return nil }
    return part / whole
  }

  /// The candidates with both, in a form that is judged.
  /// - Parameter others: predictors that the candidates have to have too.
  /// - Throws: `CorrelationStudyError`.
  public func study(_ predictor: Predictor, _ target: Target, with others: [Predictor] = []) throws -> CorrelationStudy
  {
    let both = both([predictor] + others, target)
    let earlyTarget = ([target] + targets).first { target in both.allSatisfy { $0.early[target] != nil } }
    let tasks = MADTasks.all.map { $0.name }.filter { task in
      both.allSatisfy { $0.parts[predictor]?.allSatisfy { $0[task] != nil } ?? false }
    }
    let things = both.map { entry in
      var covariates = [
        "parameters": Double(entry.costs.parameters), "FLOPs": entry.costs.forwardFLOPs,
        "state": Double(entry.costs.state),
      ]
      if let earlyTarget { covariates[Self.earlyLoss] = Self.mean(entry.early[earlyTarget] ?? []) }
      let parts = entry.parts[predictor] ?? []
      return CorrelationStudy.Thing(
        name: entry.layout, classification: entry.classification, scores: entry.scores[predictor] ?? [],
        targets: entry.losses[target] ?? [],
        parts: Dictionary(uniqueKeysWithValues: tasks.map { task in (task, Self.mean(parts.compactMap { $0[task] })) }),
        covariates: covariates)
    }
    return try CorrelationStudy(
      score: predictor.name, target: target.name, lowerIsBetter: true, parts: tasks.count > 1 ? tasks : [],
      covariates: ["parameters", "FLOPs", "state"] + (earlyTarget == nil ? [] : [Self.earlyLoss]), things: things)
  }

  private func both(_ predictors: [Predictor], _ target: Target) -> [Entry] {
    entries.filter { entry in entry.losses[target] != nil && predictors.allSatisfy { entry.scores[$0] != nil } }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
}
