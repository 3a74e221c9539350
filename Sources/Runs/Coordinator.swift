import Configuration
import Engine
import Foundation
import Layouts
import MADTasks
import Search

/// Brings a run from where it is to its end: proposes, evaluates rung by rung, promotes. What it does next depends only on
/// the archive and the run's settings, so an interrupted run ends as an uninterrupted one.
public final class Coordinator {
  /// What is going on, for a progress line.
  public struct Progress: Sendable {
    public let rung, rungs: Int
    public let protocolName: String
    public let done, total, failed: Int
    /// The best score of the rung.
    public let best: Double?
  }

  public let folder: RunFolder
  public let settings: RunSettings
  public let store: RunStore
  private let space: Space
  private let ladder: Ladder
  private let lock: RunLock

  private init(_ folder: RunFolder, _ lock: RunLock, _ store: RunStore, _ settings: RunSettings) throws {
    (self.folder, self.lock, self.store, self.settings) = (folder, lock, store, settings)
    space = try Space(parsing: Data(settings.space.utf8))
    ladder = Self.ladder(space, settings)
  }

  static func ladder(_ space: Space, _ settings: RunSettings) -> Ladder {
    let rungs = zip(space.file.rungs, settings.protocols).map { rung, definition in
      let dim: Int? = if case .mad(_, let dim) = rung.kind { dim } else { nil }
      return (definition: definition, dim: dim, promote: rung.promote)
    }
    return Ladder(objectives: space.file.objectives, rungs: rungs, seed: settings.seed)
  }

  /// Begins a run.
  /// - Throws: `RunError`, `ConfigurationErrors`.
  public static func begin(_ folder: RunFolder, settings: RunSettings) throws -> Coordinator {
    guard !folder.exists else { throw RunError.exists(path: folder.path) }
    // Before anything is written: a space that does not hold must leave no folder.
    _ = try Space(parsing: Data(settings.space.utf8))
    try folder.create()
    let lock = try RunLock(folder)
    return try Coordinator(folder, lock, try RunStore.create(folder, settings: settings), settings)
  }

  /// Goes on with a run.
  /// - Throws: `RunError`, `ConfigurationErrors`.
  public static func resume(_ folder: RunFolder) throws -> Coordinator {
    guard folder.exists else { throw RunError.missing(path: folder.path) }
    let lock = try RunLock(folder)
    let store = try RunStore.open(folder)
    return try Coordinator(folder, lock, store, try store.settings())
  }

  /// - Parameters:
  ///   - executable: the program whose `worker` command is started.
  ///   - timeLimit: seconds that one evaluation may take.
  ///   - shouldStop: asked several times a second.
  /// - Returns: whether the run is at its end.
  public func run(
    executable: URL, workers: Int, timeLimit: Double, shouldStop: () -> Bool, onProgress: (Progress) -> Void
  ) throws -> Bool {
    try store.requeueRunning()
    try takeLeftBehind()
    try propose()
    let work = WorkerFolder(folder.work.appending(path: "\(getpid())-\(UInt32.random(in: 0 ... .max))"))
    try work.create()
    let executor = LocalExecutor(work, executable: executable, workers: workers, timeLimit: timeLimit)
    defer {
      executor.end()
      work.remove()
    }
    var entrants = try store.candidates()
    for rung in ladder.rungs.indices {
      let plans = try ladder.plans(rung: rung, replicate: 0)
      try store.queue(entrants.map(\.id), rung: rung, seed: ladder.seed(rung: rung, replicate: 0))
      let layouts = Dictionary(uniqueKeysWithValues: entrants.map { ($0.id, $0.layout) })
      let members = try store.evaluations().filter { $0.rung == rung && layouts[$0.candidate] != nil }
      var tally = Tally(members)
      func report() {
        onProgress(
          Progress(
            rung: rung, rungs: ladder.rungs.count, protocolName: ladder.rungs[rung].definition.name, done: tally.done,
            total: members.count, failed: tally.failed, best: tally.best))
      }
      report()
      let requests = members.filter { !$0.status.isFinal }.compactMap { record in
        layouts[record.candidate].map { EvaluationRequest(id: record.id, layout: $0, plans: plans) }
      }
      let isComplete = try executor.run(requests, shouldStop: shouldStop) { event in
        switch event {
        case .started(let id, let attempt): try store.markRunning(id, attempts: attempt)
        case .failed(let id, let reason):
          try store.fail(id, reason: reason)
          tally.fail()
        case .finished(let id, let outcome): tally.add(try record(id, outcome, rung: rung))
        }
        report()
      }
      guard isComplete else {
        try store.requeueRunning()
        return false
      }
      entrants = ladder.promoted(try scored(rung: rung, among: entrants), from: rung)
    }
    return true
  }

  /// Proposals are all made before anything is evaluated: the strategy `random` learns nothing.
  private func propose() throws {
    var proposals: [(proposal: Proposal, origin: CandidateRecord.Origin, hybrid: String?)] = []
    var seen: Set<String> = []
    for text in space.file.seedWith {
      let (layout, hybrid) = try space.seed(text)
      let proposal = try space.proposal(of: layout)
      if seen.insert(layout.canonical).inserted { proposals.append((proposal, .seed, hybrid)) }
    }
    var random = RandomStream(seed: settings.seed, "strategy", "random")
    var repeated = 0
    // A small space has fewer layouts than are asked for.
    while proposals.count < settings.candidates, repeated < 1000, let proposal = space.sample(using: &random) {
      if seen.insert(proposal.layout.canonical).inserted {
        proposals.append((proposal, .sample, nil))
        repeated = 0
      } else {
        repeated += 1
      }
    }
    try store.add(proposals)
  }

  /// Records the answers that an earlier coordinator did not live to read, and removes its folders.
  private func takeLeftBehind() throws {
    let records = Dictionary(uniqueKeysWithValues: try store.evaluations().map { ($0.id, $0) })
    for name in folder.work.fileNames {
      let work = WorkerFolder(folder.work.appending(path: name))
      for (id, outcome) in work.outcomes() {
        if let evaluation = records[id], !evaluation.status.isFinal {
          _ = try record(id, outcome, rung: evaluation.rung)
        }
      }
      work.remove()
    }
  }

  /// - Returns: the score, unless the evaluation failed.
  private func record(_ id: Int64, _ outcome: EvaluationOutcome, rung: Int) throws -> Double? {
    switch outcome {
    case .results(let results):
      let card = ScoreCard(
        layout: results.first?.layout ?? "", results: results, measure: ladder.rungs[rung].definition.measure,
        accuracy: .pooled)
      try store.finish(id, card: card, results: results)
      return card.score
    case .impossible(let reason):
      try store.fail(id, reason: reason)
      return nil
    }
  }

  /// The candidates that were measured at a rung; diverged and failed ones are not among them.
  private func scored(
    rung: Int, among entrants: [CandidateRecord]
  ) throws -> [(candidate: CandidateRecord, score: Double)] {
    let scores = Dictionary(
      try store.evaluations().filter { $0.rung == rung && $0.status == .done }.compactMap { record in
        record.score.map { (record.candidate, $0) }
      }, uniquingKeysWith: { first, _ in first })
    return entrants.compactMap { candidate in scores[candidate.id].map { (candidate, $0) } }
  }
}

/// Counts the evaluations of a rung.
private struct Tally {
  private(set) var done, failed: Int
  private(set) var best: Double?

  init(_ records: [EvaluationRecord]) {
    done = records.count { $0.status.isFinal }
    failed = records.count { $0.status == .failed }
    best = records.filter { $0.status == .done }.compactMap(\.score).max()
  }

  mutating func fail() {
    done += 1
    failed += 1
  }

  mutating func add(_ score: Double?) {
    guard let score else { return fail() }
    done += 1
    best = Swift.max(best ?? score, score)
  }
}
