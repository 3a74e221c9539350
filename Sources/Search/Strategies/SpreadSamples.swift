import Engine

/// Fresh samples spread over costs: a space draws mostly what it holds most of, the deepest layouts, and a search that has
/// seen only these knows nothing of the cheap end of the front.
///
/// Best-candidate sampling (Mitchell 1991): each is the one of a few draws whose costs are farthest from all before it.
enum SpreadSamples {
  /// Draws that one is chosen from.
  private static let draws = 10

  /// - Returns: up to `count` candidates that are new to the archive, marked as asked.
  static func draw<Domain: SearchDomain>(
    _ count: Int, from archive: inout SearchArchive<Domain>, using random: inout RandomStream
  ) -> [Domain.Candidate] {
    var chosen: [Domain.Candidate] = []
    var costs = archive.entries.map(\.costs)
    for _ in 0..<count {
      var best: (candidate: Domain.Candidate, costs: Objectives, distance: Double)?
      let others = (0..<draws).compactMap { _ in archive.domain.sample(using: &random) }.filter(archive.isNew)
        .map { ($0, archive.domain.costs(of: $0)) }
      let ranges = Ranges(costs + others.map(\.1))
      for (candidate, own) in others {
        let distance = costs.map { ranges.distance(own, $0) }.min() ?? .infinity
        if distance > best?.distance ?? -1 { best = (candidate, own, distance) }
      }
      guard let candidate = best?.candidate ?? archive.fresh(using: &random) else { break }
      archive.markAsked(candidate)
      costs.append(archive.domain.costs(of: candidate))
      chosen.append(candidate)
    }
    return chosen
  }

  /// Of each cost, so that all count alike.
  private struct Ranges {
    private let widths: [Double]

    init(_ costs: [Objectives]) {
      widths = (costs.first ?? []).indices.map { index in
        let values = costs.map { $0[index] }
        return (values.max() ?? 0) - (values.min() ?? 0)
      }
    }

    /// Squared.
    func distance(_ a: Objectives, _ b: Objectives) -> Double {
      widths.indices.reduce(0) { sum, index in
        let step = widths[index] > 0 ? (a[index] - b[index]) / widths[index] : 0
        return sum + step * step
      }
    }
  }
}
