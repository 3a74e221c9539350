/// In which order measured candidates deserve a dearer measurement.
public enum PromotionOrder {
  /// The candidates by front of non-dominated sorting, and inside a front by how much hypervolume each adds to it. Losses
  /// are the posterior means of the model of quality, so that a lucky measurement counts for less. Failed ones are left out.
  public static func order<Domain: SearchDomain>(
    _ observations: [Observation<Domain.Candidate>], in domain: Domain
  ) -> [Domain.Candidate] {
    var archive = SearchArchive(domain)
    _ = archive.record(observations)
    let model = LossModel(archive.entries, StackKernel.Weights())
    let entries = archive.entries.indices.filter { !archive.entries[$0].loss.isNaN }
    let points = entries.map { [model?.beliefs[$0] ?? archive.entries[$0].loss] + archive.entries[$0].costs }
    return order(points).map { archive.entries[entries[$0]].candidate }
  }

  /// The places of points that are minimised, the most deserving first.
  static func order(_ points: [Objectives]) -> [Int] {
    let reference = (points.first ?? []).indices.map { objective in
      let values = points.map { $0[objective] }
      let (least, most) = (values.min() ?? 0, values.max() ?? 0)
      return most + 0.1 * (most - least) + 1e-9
    }
    return Dominance.nonDominatedSort(points).flatMap { front in
      let gains = Hypervolume.contributions(front.map { points[$0] }, reference: reference)
      return zip(front, gains).sorted { ($0.1, -$0.0) > ($1.1, -$1.0) }.map(\.0)
    }
  }
}
