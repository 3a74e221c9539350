import Engine
import Foundation
import Layouts
import Search

/// Brings a run from where it is to its end: evaluates what the schedule asks for and records the results. An interrupted
/// run ends as an uninterrupted one.
public final class Coordinator {
  public enum Ending: Sendable {
    case complete
    case interrupted
    /// The hours or core-hours are used up.
    case budgetSpent
  }

  /// Seconds that running evaluations have to finish when a run is interrupted.
  public static let grace = 8.0
  /// Seconds between notes of the time spent.
  private static let sessionBeat = 2.0
  private static let progressPause = 0.25

  public let folder: RunFolder
  public let settings: RunSettings
  public let store: RunStore
  private let space: Space
  private let ladder: Ladder
  private let ledger: Ledger
  private let schedule: Schedule
  private let lock: RunLock
  /// Of an evaluation of a layout that stands for all, by rung.
  private let flops: [Double]

  private init(_ folder: RunFolder, _ lock: RunLock, _ store: RunStore) throws {
    let (round, settings) = try store.era()
    (self.folder, self.lock, self.store, self.settings) = (folder, lock, store, settings)
    space = try Space(parsing: Data(settings.space.utf8))
    let ladder = Ladder(space, settings)
    self.ladder = ladder
    ledger = try Ledger(store)
    schedule = Schedule(ledger, space: space, ladder: ladder, firstRound: round, settings: settings)
    var random = RandomStream(seed: settings.seed, "pace")
    let layout = space.sample(using: &random)?.layout
    flops = ladder.rungs.indices.map { rung in layout.map { ladder.flops($0, rung: rung) } ?? 0 }
    for rung in settings.rungs { try rung.check() }
  }

  /// Begins a run.
  /// - Throws: `RunError`, `ConfigurationErrors`.
  public static func begin(_ folder: RunFolder, settings: RunSettings) throws -> Coordinator {
    guard !folder.exists else { throw RunError.exists(path: folder.path) }
    // Before anything is written: a space that does not hold must leave no folder.
    _ = try Space(parsing: Data(settings.space.utf8))
    try folder.create()
    let lock = try RunLock(folder)
    return try Coordinator(folder, lock, try RunStore.create(folder, settings: settings))
  }

  /// Goes on with a run.
  /// - Parameter extend: what it goes on with, given what it had; the same if nothing is to change.
  /// - Throws: `RunError`, `ConfigurationErrors`, or what `extend` throws.
  public static func resume(
    _ folder: RunFolder, extend: (RunSettings) throws -> RunSettings = { $0 }
  ) throws -> Coordinator {
    guard folder.exists else { throw RunError.missing(path: folder.path) }
    let lock = try RunLock(folder)
    let store = try RunStore.open(folder)
    let settings = try store.settings()
    let extended = try extend(settings)
    if extended != settings { try store.extend(with: extended) }
    return try Coordinator(folder, lock, store)
  }

  /// - Parameters:
  ///   - executable: the program whose `worker` command is started.
  ///   - timeLimit: seconds that one evaluation may take.
  ///   - shouldStop: asked several times a second.
  public func run(
    executable: URL, workers: Int, timeLimit: Double, shouldStop: () -> Bool, onProgress: (RunProgress) -> Void
  ) throws -> Ending {
    try store.requeueRunning()
    try takeLeftBehind()
    let session = try store.beginSession(workers: workers)
    let before = try store.secondsSpent()
    let start = Date()
    var (lastBeat, lastShown) = (start, Date.distantPast)
    func clock() -> Double { before + Date().timeIntervalSince(start) }
    let budget = Budget(hours: settings.hours, coreHours: settings.coreHours, workers: workers)
    var isSpent = false

    let work = WorkerFolder(folder.work.appending(path: "\(getpid())-\(UInt32.random(in: 0 ... .max))"))
    try work.create()
    let executor = LocalExecutor(work, executable: executable, workers: workers, timeLimit: timeLimit)
    defer {
      executor.end()
      work.remove()
    }
    var posted: Set<Int64> = []
    func open() throws -> [LocalExecutor.Posting] {
      var postings: [LocalExecutor.Posting] = []
      var isSettled = false
      while !isSettled {
        try schedule.advance { self.mayPropose(budget, clock: clock()) }
        let new = ledger.queued.filter { posted.insert($0.id).inserted }
        postings += try new.compactMap(posting)
        // One that cannot be evaluated is over at once, and others may follow from that.
        isSettled = new.allSatisfy { ledger.evaluations[$0.id]?.status.isFinal == false }
      }
      return postings
    }
    let isComplete = try executor.run(
      try open(), grace: Self.grace,
      shouldStop: {
        isSpent = isSpent || budget.coreSecondsLeft(clock: clock(), trained: ledger.secondsTrained) <= 0
        return isSpent || shouldStop()
      },
      onTick: {
        if Date().timeIntervalSince(lastShown) > Self.progressPause {
          lastShown = Date()
          onProgress(progress(executor, clock: clock(), workers: workers))
        }
        guard Date().timeIntervalSince(lastBeat) > Self.sessionBeat else { return }
        lastBeat = Date()
        try store.extendSession(session)
      },
      onEvent: { event in
        switch event {
        case .started(let id, let attempt):
          try store.markRunning(id, attempts: attempt)
          try ledger.refresh(id)
          return []
        case .failed(let id, let reason):
          try store.fail(id, reason: reason)
          try ledger.refresh(id)
          folder.removeTrainings(id)
        case .finished(let id, let answer): try record(id, answer)
        }
        return try open()
      })
    try store.extendSession(session)
    if isComplete, schedule.isComplete { return .complete }
    try store.requeueRunning()
    return isSpent ? .budgetSpent : .interrupted
  }

  /// - Returns: nil for a layout that cannot be evaluated at the rung, which is recorded.
  private func posting(_ record: EvaluationRecord) throws -> LocalExecutor.Posting? {
    guard let candidate = ledger.candidate(record.candidate) else { return nil }
    let request: EvaluationRequest
    do {
      request = try self.request(record, of: candidate)
    } catch {
      try store.fail(record.id, reason: "\(error)")
      try ledger.refresh(record.id)
      return nil
    }
    // New candidates first, since the next batch waits for them; of these the dear ones, so that no core is left alone with
    // one at the end.
    let kind = record.rung > 0 ? 2 : record.replicate > 0 ? 1 : 0
    let cheapness = 1_000_000_000 - Int(min(candidate.costs.trainingFLOPs, 1e15) / 1e6)
    return .init(request, urgency: kind * 2_000_000_000 + cheapness)
  }

  /// - Throws: if the layout cannot be evaluated at the rung.
  private func request(_ record: EvaluationRecord, of candidate: CandidateRecord) throws -> EvaluationRequest {
    EvaluationRequest(
      id: record.id, layout: candidate.layout, folder: folder.trainings(record.id),
      work: try ladder.work(Layout(parsing: candidate.layout), rung: record.rung, replicate: record.replicate))
  }

  /// Whether the budget allows another batch at the first rung: what is left must do for it and for promoting what is
  /// there.
  private func mayPropose(_ budget: Budget, clock: Double) -> Bool {
    // The first batch shows how long things take.
    guard budget.isLimited, !ledger.candidates.isEmpty else { return true }
    let pace = Pace(ledger, flops: flops).seconds
    let batch = space.file.search.batch
    var needed = Double(batch) * pace[0]
    let hybrids = ledger.candidates.count { $0.hybrid != nil }
    var others = Double(ledger.candidates.count - hybrids + batch)
    for (rung, step) in ladder.rungs.enumerated().dropLast() {
      guard let share = step.promote else { break }
      others = max(1, share * others)
      let done = ledger.evaluations(rung: rung + 1).count { $0.status.isFinal }
      needed += max(others + Double(hybrids - done), 0) * pace[rung + 1]
    }
    return budget.coreSecondsLeft(clock: clock, trained: ledger.secondsTrained) > needed
  }

  /// Records the answers that an earlier coordinator did not live to read, and removes its folders.
  private func takeLeftBehind() throws {
    for name in folder.work.fileNames {
      let work = WorkerFolder(folder.work.appending(path: name))
      for (id, data) in work.answers() {
        guard let record = ledger.evaluations[id], !record.status.isFinal,
          let candidate = ledger.candidate(record.candidate),
          let answer = try? request(record, of: candidate).answer(data)
        else { continue }
        try self.record(id, answer)
      }
      work.remove()
    }
  }

  private func record(_ id: Int64, _ answer: EvaluationAnswer) throws {
    guard let evaluation = ledger.evaluations[id] else { return }
    switch answer {
    case .impossible(let reason): try store.fail(id, reason: reason)
    case .outcome(let outcome):
      if let finding = try ladder.finding(outcome, rung: evaluation.rung) { try store.finish(id, finding) }
    }
    try ledger.refresh(id)
    folder.removeTrainings(id)
  }

  // MARK: Progress

  private func progress(_ executor: LocalExecutor, clock: Double, workers: Int) -> RunProgress {
    RunProgress(
      ledger, space: space, ladder: ladder, settings: settings, activity: executor.activity, clock: clock,
      pace: Pace(ledger, flops: flops), workers: workers)
  }
}
