import Foundation

/// How far several trainings are together, each counted by its cost, and how long the rest takes at the pace so far.
public struct WorkProgress: Sendable {
  private let costs: [Double]
  private var shares: [Double]
  /// The work that was done before.
  private let atStart: Double
  private let start = Date()

  /// - Parameters:
  ///   - costs: of the trainings, e.g. in FLOPs.
  ///   - isDone: those that an earlier session has finished.
  public init(costs: [Double], isDone: (Int) -> Bool = { _ in false }) {
    self.costs = costs
    shares = costs.indices.map { isDone($0) ? 1 : 0 }
    atStart = zip(costs, shares).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Notes what share of a training is done.
  public mutating func set(_ index: Int, to share: Double) { shares[index] = share }

  private var all: Double { costs.reduce(0, +) }
  private var done: Double { zip(costs, shares).reduce(0) { $0 + $1.0 * $1.1 } }

  /// Of the work, from 0 to 1.
  public var fraction: Double { all > 0 ? done / all : 1 }
  /// On the clock, since this value was made.
  public var seconds: Double { Date().timeIntervalSince(start) }
  /// None before there is a pace.
  public var secondsLeft: Double? {
    let (seconds, done) = (seconds, done)
    return done > atStart && seconds > 1 ? seconds * (all - done) / (done - atStart) : nil
  }
}
