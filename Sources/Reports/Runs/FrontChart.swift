import Reporting
import Runs
import Search

extension ParetoFrontChart {
  /// All feasible candidates that were measured at a rung, and the known hybrids whether feasible or not.
  package init(_ front: Front) {
    let costs = front.scale.costObjectives
    let limits = try? Space(parsing: .init(front.run.space.utf8)).file.constraints
    self.init(
      title: front.title("Pareto front"),
      qualityTitle: front.measure.axisTitle(rung: front.rungName), isLowerBetter: front.measure.isLowerBetter,
      costs: costs.map { .init($0.costKey, $0.axisTitle, limit: limits?.limit(of: $0)) },
      points: front.entries.filter { $0.rank != nil || $0.candidate.hybrid != nil }.map { entry in
        Point(
          name: String(entry.candidate.id), layout: entry.candidate.layout, hybrid: entry.candidate.hybrid,
          quality: front.measure.value(entry.measurement.score), standardError: entry.measurement.standardError,
          costs: costs.map { ObjectiveScale.value(of: $0, entry.candidate.costs) }, isOnFront: entry.isNonDominated,
          isFeasible: entry.rank != nil, isInGrammar: entry.candidate.isInGrammar)
      })
  }
}

extension HypervolumeHistoryChart {
  package init(_ front: Front) {
    self.init(
      title: front.title("hypervolume"), values: front.hypervolumeHistory())
  }
}

extension Front {
  /// What the chart shows, of how many candidates, and what reproduces it.
  fileprivate func title(_ what: String) -> String {
    "\(run.name): \(what) at rung \(rung + 1) (\(rungName)), \(entries.count) candidates, seed \(run.seed)"
  }
}

extension ConstraintsFile {
  fileprivate func limit(of objective: Objective) -> Double? {
    switch objective {
    case .quality: nil
    case .state: state?.bounds.max
    case .flops: flops?.max
    case .parameters: parameters?.max
    }
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
