import Reporting
import Runs
import Search

extension ParetoFrontChart {
  /// All feasible candidates that were measured at a rung, and the known hybrids whether feasible or not.
  init(_ front: Front) {
    let costs = front.scale.costObjectives
    self.init(
      title: "\(front.run.name): Pareto front at rung \(front.rung + 1)",
      qualityTitle: front.measure.axisTitle(rung: front.rungName), isLowerBetter: front.measure.isLowerBetter,
      costs: costs.map { .init($0.rawValue, $0.axisTitle) },
      points: front.entries.filter { $0.rank != nil || $0.candidate.hybrid != nil }.map { entry in
        Point(
          name: String(entry.candidate.id), layout: entry.candidate.layout, hybrid: entry.candidate.hybrid,
          quality: front.measure.value(entry.measurement.score), standardError: entry.measurement.standardError,
          costs: costs.map { ObjectiveScale.value(of: $0, entry.candidate.costs) }, isOnFront: entry.isNonDominated)
      })
  }
}

extension HypervolumeHistoryChart {
  init(_ front: Front) {
    self.init(
      title: "\(front.run.name): hypervolume at rung \(front.rung + 1)", values: front.hypervolumeHistory())
  }
}

extension QualityMeasure {
  fileprivate func axisTitle(rung: String) -> String {
    switch self {
    case .score: "MAD score (\(rung))"
    case .loss: "held-out loss in nats per byte (\(rung))"
    }
  }
}

extension Objective {
  fileprivate var axisTitle: String {
    switch self {
    case .quality: "score"
    case .state: "state (numbers per sequence)"
    case .flops: "forward FLOPs per token"
    case .parameters: "parameters"
    }
  }
}
