import Foundation
import Layouts

/// What one evaluation does: everything that its result depends on besides the layout.
public protocol EvaluationWork: Codable, Equatable, Sendable {
  associatedtype Outcome: Codable, Sendable

  /// Does it on one thread.
  /// - Parameter folder: keeps what an interrupted evaluation goes on from.
  /// - Returns: nil if it was asked to stop.
  func run(_ layout: Layout, in folder: URL, _ control: EvaluationControl) throws -> Outcome?
  /// Whether an outcome is one of just this work.
  /// - Parameter layout: canonical.
  func isAnswered(by outcome: Outcome, of layout: String) -> Bool
  /// What it takes, had no training an early end.
  /// - Throws: if the layout cannot be evaluated.
  func cost(of layout: Layout) throws -> EvaluationCost
}

/// What an evaluation takes.
public struct EvaluationCost: Sendable {
  public let trainings: Int
  public let flops: Double

  public init(trainings: Int, flops: Double) { (self.trainings, self.flops) = (trainings, flops) }
}

/// What an evaluation hears and says while it is done.
public struct EvaluationControl: Sendable {
  let shouldStop: @Sendable () -> Bool
  /// To be called now and then, so that an evaluation that stands still is noticed.
  let onProgress: @Sendable () -> Void

  public init(
    shouldStop: @escaping @Sendable () -> Bool = { false }, onProgress: @escaping @Sendable () -> Void = {}
  ) {
    (self.shouldStop, self.onProgress) = (shouldStop, onProgress)
  }
}
