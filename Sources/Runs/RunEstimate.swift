import Engine
import Foundation
import LanguageModeling
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
  ///   - protocols: of the rungs on MAD tasks, in order.
  ///   - speed: measured unless given.
  /// - Throws: `TaskError`, `LayerError` or `ArchitectureError`.
  public init(_ space: Space, proposals: [Proposal], protocols: [ScoringProtocol], speed: Speed? = nil) throws {
    let chosen = Self.spread(proposals)
    var protocols = protocols[...]
    // Known hybrids go up whatever their score.
    let hybrids = space.file.seedWith.count { (try? space.seed($0))?.hybrid != nil }
    var candidates = max(space.file.search.candidates, hybrids)
    var rungs: [Rung] = []
    for rung in space.file.rungs {
      var (trainings, flops) = (1, 0.0)
      var name = rung.kind.name
      switch rung.kind {
      case .mad(let title, let dim):
        guard let definition = protocols.popFirst() else { continue }
        let plans = try definition.plans(seed: space.file.seed, dim: dim)
        trainings = plans.count
        for proposal in chosen {
          flops += try plans.reduce(0) { try $0 + $1.trainingFLOPs(of: proposal.layout) } / Double(chosen.count)
        }
        name += " \(title)"
      case .perplexity, .isoflop:
        let template = PerplexityPlan(dim: 1, tokens: 1)
        let all = try chosen.map { try rung.kind.trainings(of: $0.layout, template: template) }
        trainings = all.map(\.count).max() ?? 0
        flops = all.joined().reduce(0) { $0 + $1.flops } / Double(chosen.count)
      }
      rungs.append(
        Rung(name: name, candidates: candidates, trainings: candidates * trainings, flops: Double(candidates) * flops))
      candidates = hybrids + max(1, Int((Double(candidates - hybrids) * (rung.promote ?? 1)).rounded()))
    }
    self.rungs = rungs
    self.speed = try speed ?? Self.measure(chosen[chosen.count / 2].layout)
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
