import Engine
import Foundation
import Layouts
import MADTasks
import Search

/// How much computing a run of a space takes.
public struct RunEstimate: Sendable {
  public struct Rung: Sendable {
    /// E.g. `mad screen`.
    public let name: String
    public let candidates: Int
    /// Trainings of all candidates.
    public let trainings: Int
    /// Of all candidates.
    public let flops: Double
  }

  /// How many floating-point operations a core does in a second of training.
  public enum Speed: Sendable {
    case assumed(Double)
    /// In a short training of a layout.
    case measured(Double, layout: Layout)

    public var flopsPerSecond: Double {
      switch self {
      case .assumed(let speed), .measured(let speed, _): speed
      }
    }
  }

  /// Layouts of the space whose trainings are counted.
  private static let samples = 20

  public let rungs: [Rung]
  public let speed: Speed

  public var flops: Double { rungs.reduce(0) { $0 + $1.flops } }

  public func coreHours(_ flops: Double) -> Double { flops / speed.flopsPerSecond / 3600 }

  /// - Parameters:
  ///   - proposals: layouts of the space, at least one.
  ///   - rungs: of the space.
  ///   - speed: measured unless given.
  /// - Throws: `TaskError`, `LayerError` or `ArchitectureError`.
  public init(_ space: Space, proposals: [Proposal], rungs: [any RungKind], speed: Speed? = nil) throws {
    let chosen = Self.spread(proposals).map(\.layout)
    // Known hybrids go up whatever their score, and may be dearer than most: they are fitted to the most layers.
    let hybrids = space.file.seedWith.compactMap { try? space.seed($0) }.filter { $0.hybrid != nil }.map(\.layout)
    let seeds = EvaluationSeeds(own: space.file.seed, data: space.file.seed)
    var others = max(space.file.search.candidates - hybrids.count, 0)
    var estimates: [Rung] = []
    for (rung, kind) in zip(space.file.rungs, rungs) {
      func cost(_ layout: Layout) throws -> EvaluationCost { try kind.work(layout, seeds: seeds).cost(of: layout) }
      let (own, sampled) = (hybrids.compactMap { try? cost($0) }, try chosen.map(cost))
      let share = Double(others) / Double(chosen.count)
      estimates.append(
        Rung(
          name: kind.title, candidates: hybrids.count + others,
          trainings: own.reduce(0) { $0 + $1.trainings } + others * (sampled.map(\.trainings).max() ?? 0),
          flops: own.reduce(0) { $0 + $1.flops } + share * sampled.reduce(0) { $0 + $1.flops }))
      others = others == 0 ? 0 : max(1, Int((Double(others) * (rung.promote ?? 1)).rounded()))
    }
    self.rungs = estimates
    self.speed = try speed ?? Self.measure(chosen[chosen.count / 2])
  }

  /// Some layouts from the cheapest to the dearest.
  private static func spread(_ proposals: [Proposal]) -> [Proposal] {
    let sorted = proposals.sorted { $0.costs.forwardFLOPs < $1.costs.forwardFLOPs }
    guard sorted.count > samples else { return sorted }
    return (0..<samples).map { sorted[(2 * $0 + 1) * sorted.count / (2 * samples)] }
  }

  /// The speed of a training as the protocol `screen` has them, on one core.
  private static func measure(_ layout: Layout) throws -> Speed {
    guard var plan = try ScoringProtocol.screen.plans(seed: 1).first else { return .assumed(1e9) }
    (plan.steps, plan.evaluations, plan.evaluationExamples, plan.testExamples) = (40, 1, 1, 1)
    let result = try Evaluation(layout, plans: [plan], jobs: 1).run()
    return .measured(try plan.trainingFLOPs(of: layout) / max(result[0].seconds, 1e-9), layout: layout)
  }
}
