import Engine
import Foundation

/// How what was measured becomes a point that is minimised: quality negated, costs as decimal logarithms, so that
/// halving a cost is worth the same everywhere. Fixed when a run starts.
public struct ObjectiveScale: Codable, Hashable, Sendable {
  /// Costs up to which hypervolume counts.
  public struct Limits: Codable, Hashable, Sendable {
    public var state, flops, parameters: Double

    public init(state: Double, flops: Double, parameters: Double) {
      (self.state, self.flops, self.parameters) = (state, flops, parameters)
    }
  }

  /// Two to four, quality first.
  public var objectives: [Objective]
  /// The quality from which hypervolume counts, by rung.
  public var floors: [Double]
  public var limits: Limits

  public init(objectives: [Objective], floors: [Double], limits: Limits) {
    (self.objectives, self.floors, self.limits) = (objectives, floors, limits)
  }

  /// The objectives of a candidate.
  public func point(quality: Double, costs: CostSummary) -> Objectives { [-quality] + self.costs(costs) }

  /// The objectives without the quality.
  public func costs(_ costs: CostSummary) -> Objectives {
    costObjectives.map { Self.scaled(Self.value(of: $0, costs)) }
  }

  /// Below which hypervolume counts at a rung.
  public func reference(rung: Int) -> Objectives {
    [floors.indices.contains(rung) ? -floors[rung] : 0] + costObjectives.map { Self.scaled(limit(of: $0)) }
  }

  /// The cost up to which hypervolume counts, as it is counted.
  public func limit(of objective: Objective) -> Double {
    switch objective {
    case .quality: 0
    case .state: limits.state
    case .flops: limits.flops
    case .parameters: limits.parameters
    }
  }

  public var costObjectives: [Objective] { objectives.filter { $0 != .quality } }

  /// What an objective other than quality is, as it is counted.
  public static func value(of objective: Objective, _ costs: CostSummary) -> Double {
    switch objective {
    case .quality: 0
    case .state: Double(costs.state)
    case .flops: costs.forwardFLOPs
    case .parameters: Double(costs.parameters)
    }
  }

  /// A layout may have no state at all: from one number on the scale is logarithmic.
  private static func scaled(_ cost: Double) -> Double { log10(max(cost, 1)) }
}

extension Space {
  /// Hypervolume counts a little beyond the dearest layout, so that it counts too.
  private static let margin = 1.05
  /// Layouts that are drawn where the dearest is not known.
  private static let draws = 200

  /// The objectives of a run of this space. Costs count up to those of the dearest layout that the constraints allow; with
  /// matched parameters, where costs do not add up over layers, to those of the dearest of some draws.
  /// - Parameter floors: the quality from which hypervolume counts, by rung.
  public func objectiveScale(floors: [Double]) -> ObjectiveScale {
    var drawn: [CostSummary] = []
    if file.normalize.parameters != nil {
      var random = RandomStream(seed: file.seed, "objectives")
      drawn = (0..<Self.draws).compactMap { _ in sample(using: &random)?.costs }
    }
    func limit(_ bounds: Bounds?, _ value: @escaping (CostSummary) -> Double) -> Double {
      let least = LeastSums(grammar) { -value(self.grammar.symbols[$0].costs) }.values[grammar.start].least
      let most = drawn.map(value).max() ?? value(meter.surroundings) - least
      return Self.margin * min(bounds?.max ?? .infinity, most)
    }
    return ObjectiveScale(
      objectives: file.objectives, floors: floors,
      limits: .init(
        state: limit(file.constraints.state?.bounds) { Double($0.state) },
        flops: limit(file.constraints.flops) { $0.forwardFLOPs },
        parameters: limit(file.constraints.parameters) { Double($0.parameters) }))
  }
}
