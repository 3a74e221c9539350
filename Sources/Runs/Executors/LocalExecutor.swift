import Foundation
import Text

/// Runs evaluations in worker processes of this machine, one thread each. A worker that crashes, is killed or takes too
/// long costs one evaluation, which is tried once more. One that says that the machine or an input is at fault ends the
/// run, and the evaluation stays queued.
///
/// Processes are Foundation's: what is needed is to start, to kill and to tell a signal from an exit code, and that needs
/// no further dependency.
public final class LocalExecutor: Executor {
  public static let name = "local"
  public static let summary = "worker processes of this machine"

  /// How often an evaluation is tried.
  public static let attempts = 2
  /// Seconds without a sign of life after which a worker counts as stuck.
  static let longestSilence = 60.0
  /// Seconds without progress of an evaluation after which its worker counts as stuck.
  static let longestStandstill = 1800.0

  private final class Slot {
    let name: String
    let process: Process
    /// What it works on, and since when.
    var current: (id: Int64, start: Double)?
    /// Its last sign of life, and its last one of progress, with the time at which they were seen.
    var pulse: (beats: WorkerFolder.Beats, life: Double, progress: Double)
    /// Why the coordinator killed it.
    var killed: String?
    let memoryKills = MemoryKills.count

    init(name: String, process: Process, now: Double) {
      (self.name, self.process) = (name, process)
      pulse = (.init(life: 0, progress: 0), now, now)
    }
  }

  private let folder: WorkerFolder
  private let settings: ExecutorSettings
  private var slots: [Slot] = []
  private var started = 0
  /// Exits in a row without a claim.
  private var idleExits = 0

  public init(_ folder: WorkerFolder, settings: ExecutorSettings) {
    (self.folder, self.settings) = (folder, settings)
  }

  deinit { end() }

  private var now: Double { settings.clock.seconds }

  public var activity: [WorkerActivity] {
    let now = now
    return slots.map {
      WorkerActivity(worker: $0.name, evaluation: $0.current?.id, seconds: $0.current.map { now - $0.start } ?? 0)
    }
  }

  public func run(_ postings: [Posting], hooks: ExecutorHooks) throws -> Bool {
    var open: [Int64: Posting] = [:]
    var (attempts, losses): ([Int64: Int], [Int64: Int]) = ([:], [:])
    var stopSince: Double?
    func post(_ postings: [Posting]) throws {
      for posting in postings where open[posting.request.id] == nil {
        open[posting.request.id] = posting
        try folder.post(posting.request, urgency: posting.urgency)
      }
    }
    /// Tries an evaluation once more, or gives it up.
    func lose(_ posting: Posting, _ reason: String) throws {
      guard stopSince == nil else { return }
      let id = posting.request.id
      losses[id, default: 0] += 1
      if losses[id, default: 0] < Self.attempts {
        try folder.post(posting.request, urgency: posting.urgency)
      } else {
        open[id] = nil
        try post(try hooks.onEvent(.failed(id, reason: reason)))
      }
    }
    func takeAnswers() throws {
      for (id, data) in folder.answers() {
        if let posting = open[id] {
          if let answer = posting.request.answer(data) {
            open[id] = nil
            let further = try hooks.onEvent(.finished(id, answer))
            if stopSince == nil { try post(further) }
          } else {
            // It is lost once, also if the worker ends before its claim is seen to be gone.
            for slot in slots where slot.current?.id == id { slot.current = nil }
            try lose(posting, "its worker's answer is not one to what was asked")
          }
        }
        folder.removeAnswer(id)
      }
    }
    try folder.create()
    try post(postings)
    while !open.isEmpty {
      if hooks.shouldStop() {
        let since = stopSince ?? now
        if stopSince == nil { try folder.stop() }
        stopSince = since
        if now - since > hooks.grace || slots.allSatisfy({ !$0.process.isRunning }) { break }
      } else {
        try startWorkers(needed: open.count)
      }
      // Whether a worker has ended is asked before its answers are read: what it wrote last must count.
      let ended = slots.filter { !$0.process.isRunning }
      try takeAnswers()
      for slot in ended {
        slots.removeAll { $0 === slot }
        let id = folder.claim(of: slot.name) ?? slot.current?.id
        folder.dropClaim(of: slot.name)
        if let fault = fault(slot) { throw fault }
        guard let id, let posting = open[id] else {
          idleExits += 1
          continue
        }
        idleExits = 0
        // It may have claimed the request and ended since the last look.
        if slot.current?.id != id { attempts[id, default: 0] += 1 }
        try lose(posting, reason(slot))
      }
      for slot in slots {
        if let id = watch(slot, openIDs: Set(open.keys)) {
          attempts[id, default: 0] += 1
          _ = try hooks.onEvent(.started(id, attempt: attempts[id] ?? 1))
        }
      }
      try hooks.onTick()
      Thread.sleep(forTimeInterval: 0.02)
    }
    try takeAnswers()
    return open.isEmpty
  }

  public func end() {
    for slot in slots where slot.process.isRunning { kill(slot.process.processIdentifier, SIGKILL) }
    for slot in slots { slot.process.waitUntilExit() }
    slots = []
  }

  /// - Returns: the evaluation that the worker has just begun, if it has.
  private func watch(_ slot: Slot, openIDs: Set<Int64>) -> Int64? {
    let now = now
    var begun: Int64?
    if let id = folder.claim(of: slot.name) {
      if slot.current?.id != id, openIDs.contains(id) {
        slot.current = (id, now)
        slot.pulse.progress = now
        begun = id
      }
    } else {
      slot.current = nil
    }
    if let beats = folder.beats(of: slot.name) {
      if beats.life != slot.pulse.beats.life { slot.pulse.life = now }
      if beats.progress != slot.pulse.beats.progress { slot.pulse.progress = now }
      slot.pulse.beats = beats
    }
    guard slot.killed == nil else { return begun }
    if let start = slot.current?.start, now - start > settings.timeLimit {
      slot.killed = "it took longer than \(Int(settings.timeLimit)) seconds"
    } else if now - slot.pulse.life > Self.longestSilence {
      slot.killed = "its worker showed no life for \(Int(Self.longestSilence)) seconds"
    } else if slot.current != nil, now - slot.pulse.progress > Self.longestStandstill {
      slot.killed = "its worker made no progress for \(Int(Self.longestStandstill)) seconds"
    }
    if slot.killed != nil { kill(slot.process.processIdentifier, SIGKILL) }
    return begun
  }

  /// What a worker that ended says of the machine or an input; nil if it says nothing of them.
  private func fault(_ slot: Slot) -> RunError? {
    guard slot.killed == nil, slot.process.terminationReason == .exit else { return nil }
    let words =
      folder.lastWords(of: slot.name, lines: 1) ?? "a worker ended with exit code \(slot.process.terminationStatus)"
    return RunError(workerStatus: slot.process.terminationStatus, words: words)
  }

  private func reason(_ slot: Slot) -> String {
    let words = folder.lastWords(of: slot.name).map { "; its last words: \($0)" } ?? ""
    return cause(slot) + words
  }

  private func cause(_ slot: Slot) -> String {
    if let killed = slot.killed { return killed }
    let status = slot.process.terminationStatus
    guard slot.process.terminationReason == .uncaughtSignal else { return "its worker ended with exit code \(status)" }
    if status == SIGKILL, MemoryKills.count > slot.memoryKills {
      return "its worker was ended by the system for want of memory"
    }
    return "its worker was ended by signal \(status) (\(String(cString: strsignal(status))))"
      + (status == SIGKILL ? ", perhaps for want of memory" : "")
  }

  private func startWorkers(needed: Int) throws {
    guard idleExits < 3 * settings.workers else {
      throw RunError.noWorker(
        reason: "they end at once" + (folder.lastWords(of: "worker-\(started)").map { ": \($0)" } ?? ""))
    }
    while slots.count < min(settings.workers, needed) {
      started += 1
      let name = "worker-\(started)"
      let process = Process()
      process.executableURL = settings.executable
      process.arguments = ["worker", folder.url.plainPath, "--name", name, "--parent", String(getpid())]
      process.environment = ProcessInfo.processInfo.environment.merging(["OPENBLAS_NUM_THREADS": "1"]) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      let log = fopen(folder.log(of: name).plainPath, "ab")
      defer { log.map { _ = fclose($0) } }
      process.standardError = log.map { FileHandle(fileDescriptor: fileno($0), closeOnDealloc: false) }
      do {
        try process.run()
      } catch {
        throw RunError.noWorker(reason: SystemReason.text(error))
      }
      slots.append(Slot(name: name, process: process, now: now))
    }
  }
}
