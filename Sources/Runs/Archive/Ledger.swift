/// A run's archive with a copy in memory: what is changed here is changed there first.
package final class Ledger {
  private struct Key: Hashable {
    let candidate: Int64
    let rung, replicate: Int
  }

  package let store: RunStore
  /// In the order in which they came.
  package private(set) var candidates: [CandidateRecord] = []
  package private(set) var evaluations: [Int64: EvaluationRecord] = [:]
  private var byKey: [Key: Int64] = [:]
  /// The evaluations of each rung, in order of their numbers.
  private var byRung: [[Int64]] = []

  package init(_ store: RunStore) throws {
    self.store = store
    try reload()
  }

  package func candidate(_ id: Int64) -> CandidateRecord? {
    // Numbers count from 1 without gaps.
    let place = Int(id) - 1
    return candidates.indices.contains(place) && candidates[place].id == id
      ? candidates[place] : candidates.first { $0.id == id }
  }

  func evaluation(_ candidate: Int64, rung: Int, replicate: Int) -> EvaluationRecord? {
    byKey[Key(candidate: candidate, rung: rung, replicate: replicate)].flatMap { evaluations[$0] }
  }

  /// The evaluations of a rung by batch of proposals, candidate and replicate: an order that does not depend on when they
  /// were done.
  func evaluations(rung: Int) -> [EvaluationRecord] {
    (byRung.indices.contains(rung) ? byRung[rung] : []).compactMap { evaluations[$0] }
      .sorted { ($0.round, $0.candidate, $0.replicate) < ($1.round, $1.candidate, $1.replicate) }
  }

  /// The candidates with a sound measurement at a rung and the mean of their scores, in the order in which they came. One
  /// that diverged once is not among them.
  func means(rung: Int) -> [(candidate: CandidateRecord, score: Double)] {
    let records = Dictionary(grouping: evaluations(rung: rung), by: \.candidate)
    return candidates.compactMap { candidate in
      guard let own = records[candidate.id], !own.contains(where: { $0.status == .diverged }) else { return nil }
      let scores = own.filter { $0.status == .done }.compactMap(\.score)
      return scores.isEmpty ? nil : (candidate, scores.reduce(0, +) / Double(scores.count))
    }
  }

  /// Core-seconds of all trainings.
  var secondsTrained: Double { evaluations.values.reduce(0) { $0 + $1.seconds } }

  /// What waits for a worker.
  package var queued: [EvaluationRecord] { evaluations.values.filter { $0.status == .queued } }

  /// The last batch with which something was asked for.
  var lastRound: Int { evaluations.values.map(\.round).max() ?? -1 }

  // MARK: Changes

  func propose(_ candidates: [NewCandidate], round: Int, seed: UInt64) throws {
    try store.propose(candidates, round: round, seed: seed)
    try reload()
  }

  /// Queues those that are not there yet.
  func queue(_ new: [NewEvaluation]) throws {
    let missing = new.filter { evaluation($0.candidate, rung: $0.rung, replicate: $0.replicate) == nil }
    guard !missing.isEmpty else { return }
    try store.queue(missing)
    try reload()
  }

  /// Takes a change of one evaluation over from the archive.
  package func refresh(_ id: Int64) throws {
    if let record = try store.evaluation(id) { evaluations[id] = record }
  }

  private func reload() throws {
    candidates = try store.candidates()
    evaluations = [:]
    byKey = [:]
    byRung = []
    for record in try store.evaluations().sorted(by: { $0.id < $1.id }) {
      evaluations[record.id] = record
      byKey[Key(candidate: record.candidate, rung: record.rung, replicate: record.replicate)] = record.id
      while byRung.count <= record.rung { byRung.append([]) }
      byRung[record.rung].append(record.id)
    }
  }
}
