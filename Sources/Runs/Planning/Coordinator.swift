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
  private let ledger: Ledger
  private let space: Space
  private let ladder: Ladder
  private let schedule: Schedule
  private let lock: RunLock
  /// Of an evaluation of a layout that stands for all, by rung.
  private let flops: [Double]

  private init(_ folder: RunFolder, _ lock: RunLock, _ ledger: Ledger) throws {
    let settings = ledger.settings
    (self.folder, self.lock, self.ledger) = (folder, lock, ledger)
    space = try Space(parsing: Data(settings.space.utf8))
    let ladder = Ladder(space, settings)
    self.ladder = ladder
    schedule = try Schedule(ledger, space: space, ladder: ladder)
    var random = RandomStream(seed: settings.seed, "pace")
    let layout = space.sample(using: &random)?.layout
    flops = ladder.rungs.indices.map { rung in layout.map { ladder.flops($0, rung: rung) } ?? 0 }
    for rung in settings.rungs { try rung.check() }
  }

  public var settings: RunSettings { ledger.settings }
  /// For reading.
  public var store: RunStore { ledger.store }

  /// Begins a run.
  /// - Throws: `RunError`, `ConfigurationErrors`.
  public static func begin(_ folder: RunFolder, settings: RunSettings) throws -> Coordinator {
    guard !folder.exists else { throw RunError.exists(path: folder.path) }
    // Before anything is written: a space that does not hold must leave no folder.
    _ = try Space(parsing: Data(settings.space.utf8))
    try folder.create()
    try folder.refuseLinks()
    let lock = try RunLock(folder)
    return try Coordinator(folder, lock, try Ledger.create(folder, settings: settings))
  }

  /// Goes on with a run.
  /// - Parameters:
  ///   - retriesFailed: whether failed evaluations are done again.
  ///   - extend: what it goes on with, given what it had; the same if nothing is to change.
  /// - Throws: `RunError`, `ConfigurationErrors`, or what `extend` throws.
  public static func resume(
    _ folder: RunFolder, retriesFailed: Bool = false, extend: (RunSettings) throws -> RunSettings = { $0 }
  ) throws -> Coordinator {
    guard folder.exists else { throw RunError.missing(path: folder.path) }
    try folder.refuseLinks()
    let lock = try RunLock(folder)
    let ledger = try Ledger.open(folder)
    let extended = try extend(ledger.settings)
    let retries = retriesFailed && ledger.evaluations.values.contains { $0.status == .failed }
    if retries || extended != ledger.settings { try ledger.extend(with: extended, retriesFailed: retries) }
    return try Coordinator(folder, lock, ledger)
  }

  /// - Parameters:
  ///   - shouldStop: asked several times a second.
  /// - Throws: `RunError`. If the machine or an input is at fault, what was running is queued again.
  public func run(
    _ kind: any Executor.Type, settings execution: ExecutorSettings, shouldStop: @escaping () -> Bool,
    onProgress: @escaping (RunProgress) -> Void
  ) throws -> Ending {
    try ledger.requeueRunning()
    try takeLeftBehind()
    let workers = execution.workers
    let session = try ledger.beginSession(workers: workers)
    let before = try store.secondsSpent()
    let start = execution.clock.seconds
    var (lastBeat, lastShown) = (start, -Double.infinity)
    func elapsed() -> Double { execution.clock.seconds - start }
    func clock() -> Double { before + elapsed() }
    let budget = Budget(hours: settings.hours, coreHours: settings.coreHours, workers: workers)
    var isSpent = false

    let work = folder.newWork()
    try work.create()
    let executor = kind.init(work, settings: execution)
    defer {
      executor.end()
      work.remove()
      // One that cannot be noted any more is queued again by the next session.
      try? ledger.requeueRunning()
    }
    var posted: Set<Int64> = []
    func open() throws -> [Posting] {
      var postings: [Posting] = []
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
    let hooks = ExecutorHooks(
      grace: Self.grace,
      shouldStop: {
        isSpent = isSpent || budget.coreSecondsLeft(clock: clock(), trained: self.ledger.secondsTrained) <= 0
        return isSpent || shouldStop()
      },
      onTick: {
        let now = execution.clock.seconds
        if now - lastShown > Self.progressPause {
          lastShown = now
          onProgress(self.progress(executor, clock: clock(), workers: workers))
        }
        guard now - lastBeat > Self.sessionBeat else { return }
        lastBeat = now
        try self.ledger.extendSession(session, to: elapsed())
      },
      onEvent: { event in
        switch event {
        case .started(let id, let attempt):
          try self.ledger.start(id, attempt: attempt)
          return []
        case .failed(let id, let reason):
          try self.ledger.fail(id, reason: reason)
          self.folder.removeTrainings(id)
        case .finished(let id, let answer): try self.record(id, answer)
        }
        return try open()
      })
    let isComplete = try executor.run(try open(), hooks: hooks)
    try ledger.extendSession(session, to: elapsed())
    if isComplete, schedule.isComplete { return .complete }
    return isSpent ? .budgetSpent : .interrupted
  }

  /// - Returns: nil for a layout that cannot be evaluated at the rung, which is recorded.
  private func posting(_ record: EvaluationRecord) throws -> Posting? {
    guard let candidate = ledger.candidate(record.candidate) else { return nil }
    let request: EvaluationRequest
    do {
      request = try self.request(record, of: candidate)
    } catch {
      try ledger.fail(record.id, reason: "\(error)")
      return nil
    }
    // New candidates first, since the next batch waits for them; of these the dear ones, so that no core is left alone with
    // one at the end.
    let kind = record.rung > 0 ? 2 : record.replicate > 0 ? 1 : 0
    let cheapness = 1_000_000_000 - Int(min(candidate.costs.trainingFLOPs, 1e15) / 1e6)
    return Posting(request, urgency: kind * 2_000_000_000 + cheapness)
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
    for work in folder.leftWork {
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
    case .impossible(let reason): try ledger.fail(id, reason: reason)
    case .outcome(let outcome):
      if let finding = try ladder.finding(outcome, rung: evaluation.rung) { try ledger.finish(id, finding) }
    }
    folder.removeTrainings(id)
  }

  // MARK: Progress

  private func progress(_ executor: any Executor, clock: Double, workers: Int) -> RunProgress {
    RunProgress(
      ledger, space: space, ladder: ladder, settings: settings, activity: executor.activity, clock: clock,
      pace: Pace(ledger, flops: flops), workers: workers)
  }
}
