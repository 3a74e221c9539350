import Search

/// A run's archive with a copy in memory: what is changed here is changed there first. All changes of an archive go through
/// a ledger, which only the holder of the run's lock has.
package final class Ledger {
  private struct Key: Hashable {
    let candidate: Int64
    let rung, replicate: Int
  }

  /// For reading.
  package let store: RunStore
  /// What the run goes on with, and the batch of proposals from which this holds.
  package private(set) var settings: RunSettings
  package private(set) var firstRound: Int
  /// In the order in which they came.
  package private(set) var candidates: [CandidateRecord] = []
  package private(set) var evaluations: [Int64: EvaluationRecord] = [:]
  private var byKey: [Key: Int64] = [:]
  /// The evaluations of each rung, in order of their numbers.
  private var byRung: [[Int64]] = []

  /// Begins a new archive.
  /// - Throws: `RunError`.
  package static func create(_ folder: RunFolder, settings: RunSettings) throws -> Ledger {
    try Ledger(RunStore.create(folder, settings: settings))
  }

  /// - Throws: `RunError`.
  package static func open(_ folder: RunFolder) throws -> Ledger { try Ledger(RunStore.open(folder)) }

  private init(_ store: RunStore) throws {
    self.store = store
    (firstRound, settings) = try store.era()
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

  // MARK: Settings

  /// Lets the run go on with other settings, from the batch after the last on.
  /// - Parameter retriesFailed: whether failed evaluations are queued again; the search then goes on from all that is known
  ///   once they are over.
  package func extend(with settings: RunSettings, retriesFailed: Bool = false) throws {
    try store.extend(with: settings, retriesFailed: retriesFailed)
    (firstRound, self.settings) = try store.era()
    try reload()
  }

  // MARK: Evaluations

  package func propose(_ candidates: [NewCandidate], round: Int, seed: UInt64) throws {
    try store.propose(candidates, round: round, seed: seed)
    try reload()
  }

  /// Queues those that are not there yet.
  package func queue(_ new: [NewEvaluation]) throws {
    let missing = new.filter { evaluation($0.candidate, rung: $0.rung, replicate: $0.replicate) == nil }
    guard !missing.isEmpty else { return }
    try store.queue(missing)
    try reload()
  }

  package func start(_ id: Int64, attempt: Int) throws {
    try store.start(id, attempt: attempt)
    try refresh(id)
  }

  /// Records what came out; what is final already stays.
  package func finish(_ id: Int64, _ finding: Finding) throws {
    try store.finish(id, finding)
    try refresh(id)
  }

  package func fail(_ id: Int64, reason: String) throws {
    try store.fail(id, reason: reason)
    try refresh(id)
  }

  /// Those that a coordinator left running are queued again.
  package func requeueRunning() throws {
    try store.requeueRunning()
    try reload()
  }

  // MARK: Sessions

  /// Begins to count the time that a coordinator spends.
  /// - Returns: the session's number.
  func beginSession(workers: Int) throws -> Int64 { try store.beginSession(workers: workers) }

  /// - Parameter seconds: of the session so far.
  func extendSession(_ id: Int64, to seconds: Double) throws { try store.extendSession(id, to: seconds) }

  // MARK: Memory

  private func refresh(_ id: Int64) throws {
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
