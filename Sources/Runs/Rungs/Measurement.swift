import Statistics

/// What is known of a candidate at a rung, over its replicates.
public struct Measurement: Sendable {
  public let candidate: CandidateRecord
  /// The mean over the replicates.
  public let score: Double
  public let replicates: Int
  /// Of the mean; nil if nothing tells how much scores vary between seeds.
  public let standardError: Double?

  /// The measurements of a rung, in the order of candidates. A candidate one of whose trainings diverged has none: it is
  /// a result, but no contender.
  static func all(
    _ candidates: [CandidateRecord], _ evaluations: [EvaluationRecord], rung: Int
  ) -> [Measurement] {
    let own = Dictionary(grouping: evaluations.filter { $0.rung == rung }, by: \.candidate)
    let measured = candidates.compactMap { candidate -> (candidate: CandidateRecord, done: [EvaluationRecord])? in
      let records = own[candidate.id] ?? []
      let done = records.filter { $0.status == .done && $0.score?.isFinite == true }
      return done.isEmpty || records.contains { $0.status == .diverged } ? nil : (candidate, done)
    }
    let noise = ReplicateNoise(measured.map { $0.done.compactMap(\.score) })
    return measured.map { candidate, done in
      let scores = done.compactMap(\.score)
      // Where a protocol itself repeats its trainings, a single evaluation knows its error.
      let known = scores.count == 1 ? done[0].standardError : nil
      return Measurement(
        candidate: candidate, score: scores.reduce(0, +) / Double(scores.count), replicates: scores.count,
        standardError: known ?? noise.standardError(of: scores))
    }
  }
}
