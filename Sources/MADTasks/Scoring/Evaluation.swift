import Engine
import Foundation
import Layouts
import Training

/// Runs the trainings of a protocol for one layout, several at the same time, and keeps what is finished.
public struct Evaluation: Sendable {
  /// What is going on, for a progress line.
  public struct Progress: Sendable {
    public var trialsDone, trials: Int
    /// Share of all training steps that are done, by their cost.
    public var fraction: Double
    /// Seconds since the start, and left at the rate so far; nil until there is a rate.
    public var seconds: Double
    public var secondsLeft: Double?
  }

  public let layout: Layout
  public let plans: [TrialPlan]
  /// How many trainings run at the same time, one thread each.
  public let jobs: Int

  public init(_ layout: Layout, plans: [TrialPlan], jobs: Int) {
    (self.layout, self.plans, self.jobs) = (layout, plans, max(jobs, 1))
  }

  /// Trains what `finished` does not hold yet.
  /// - Parameters:
  ///   - finished: results of an earlier run; those with this layout and one of the plans are taken over.
  ///   - onResult: called with each new result, one at a time.
  ///   - onProgress: called now and then, one at a time.
  /// - Returns: a result for every plan, in the plans' order.
  /// - Throws: `LayerError`, `ArchitectureError` or `TaskError` before anything is trained.
  public func run(
    finished: [TrialResult] = [], onResult: @escaping @Sendable (TrialResult) throws -> Void = { _ in },
    onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws -> [TrialResult] {
    let known = Dictionary(
      finished.filter { $0.layout == layout.canonical }.map { ($0.plan, $0) }, uniquingKeysWith: { first, _ in first })
    let open = plans.filter { known[$0] == nil }
    let costs = try open.map { try $0.trainingFLOPs(of: layout) }
    // The dear ones first, so that no core is left alone with one at the end.
    let queue = open.indices.sorted { (costs[$0], $1) > (costs[$1], $0) }
    let board = WorkBoard<TrialResult>(queue, costs: costs) { done, progress in
      onProgress(
        Progress(
          trialsDone: done, trials: costs.count, fraction: progress.fraction, seconds: progress.seconds,
          secondsLeft: progress.secondsLeft))
    }
    let data = DataCache()
    Parallel.forEach(min(jobs, max(queue.count, 1))) { _ in
      while let index = board.take() {
        do {
          let trial = try Trial(layout, plan: open[index], data: try data.examples(for: open[index]))
          let result = trial.run { board.advance(index, fraction: Double($0) / Double(max(open[index].steps, 1))) }
          try board.finish(index, result, keep: onResult)
        } catch {
          board.fail(error)
        }
      }
    }
    let results = try board.results()
    return plans.compactMap { plan in known[plan] ?? open.firstIndex(of: plan).flatMap { results[$0] } }
  }
}

/// Keeps the examples of the settings in work, so that a sweep makes them once.
private final class DataCache: @unchecked Sendable {
  private let lock = NSLock()
  private var examples: [String: TrialData] = [:]

  func examples(for plan: TrialPlan) throws -> TrialData {
    let key = "\(plan.setting) \(plan.curriculum) \(plan.testExamples) \(plan.dataSeed)"
    return try lock.withLock {
      if let known = examples[key] { return known }
      if examples.count >= 12 { examples.removeAll() }
      let made = try TrialData(plan)
      examples[key] = made
      return made
    }
  }
}
