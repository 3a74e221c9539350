import Search

extension Front {
  /// The hypervolume after each evaluation of the rung that is over, by batch of proposals. Failed and diverged ones add
  /// nothing, and a replicate may take something away.
  public func hypervolumeHistory() -> [Double] {
    let feasible = entries.filter { $0.rank != nil }.map { ($0.candidate.id, $0.candidate.costs) }
    let (costs, reference) = (Dictionary(uniqueKeysWithValues: feasible), reference)
    var places: [Int64: Int] = [:]
    var sums: [(score: Double, count: Double)] = []
    var points: [Objectives] = []
    var history: [Double] = []
    var volume = 0.0
    let order = evaluations.filter(\.status.isFinal).sorted {
      ($0.round, $0.candidate, $0.replicate) < ($1.round, $1.candidate, $1.replicate)
    }
    for record in order {
      if record.status == .done, let score = record.score, score.isFinite, let costs = costs[record.candidate] {
        if let place = places[record.candidate] {
          sums[place] = (sums[place].score + score, sums[place].count + 1)
          points[place] = scale.point(quality: sums[place].score / sums[place].count, costs: costs)
          volume = Hypervolume.of(points, reference: reference)
        } else {
          let point = scale.point(quality: score, costs: costs)
          let isBeaten = points.contains { Dominance.dominates($0, point) }
          places[record.candidate] = points.count
          sums.append((score, 1))
          points.append(point)
          if !isBeaten { volume = Hypervolume.of(points, reference: reference) }
        }
      }
      history.append(volume)
    }
    return history
  }
}
