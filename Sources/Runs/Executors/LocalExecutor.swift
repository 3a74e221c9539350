import Foundation
import MADTasks
import Text

/// Runs evaluations in worker processes of this machine, one thread each. A worker that crashes, is killed or takes too
/// long costs one evaluation, which is tried once more.
///
/// Processes are Foundation's: what is needed is to start, to kill and to tell a signal from an exit code, and that needs
/// no further dependency.
public final class LocalExecutor {
  public enum Event: Sendable {
    case started(Int64, attempt: Int)
    case finished(Int64, EvaluationAnswer)
    case failed(Int64, reason: String)
  }

  /// A request with its place in the queue: the least urgency is taken first.
  public struct Posting: Sendable {
    let request: EvaluationRequest
    let urgency: Int

    public init(_ request: EvaluationRequest, urgency: Int = 0) { (self.request, self.urgency) = (request, urgency) }
  }

  /// How often an evaluation is tried.
  public static let attempts = 2
  /// Seconds without a heartbeat after which a worker counts as stuck.
  static let longestSilence = 60.0

  private final class Slot {
    let name: String
    let process: Process
    /// What it works on, and since when.
    var current: (id: Int64, start: Date)?
    /// Why the coordinator killed it.
    var killed: String?
    let start = Date()

    init(name: String, process: Process) { (self.name, self.process) = (name, process) }
  }

  private let folder: WorkerFolder
  private let executable: URL
  private let workers: Int
  private let timeLimit: Double
  private var slots: [Slot] = []
  private var started = 0
  /// Exits in a row without a claim.
  private var idleExits = 0

  /// - Parameters:
  ///   - executable: the program whose `worker` command is started.
  ///   - timeLimit: seconds on the clock that an evaluation may take.
  public init(_ folder: WorkerFolder, executable: URL, workers: Int, timeLimit: Double) {
    (self.folder, self.executable, self.workers, self.timeLimit) = (folder, executable, workers, timeLimit)
  }

  deinit { end() }

  /// What the workers do: their names, and of those that are not idle the evaluation and its seconds so far.
  public var activity: [(worker: String, evaluation: Int64?, seconds: Double)] {
    slots.map { ($0.name, $0.current?.id, $0.current.map { Date().timeIntervalSince($0.start) } ?? 0) }
  }

  /// Evaluates all requests and those that their results lead to.
  /// - Parameters:
  ///   - grace: seconds that running evaluations have to finish once they are to stop.
  ///   - shouldStop: asked several times a second; once it says so, what is not finished within `grace` is given up.
  ///   - onTick: called between.
  ///   - onEvent: called on this thread; returns further requests.
  /// - Returns: whether everything was finished.
  /// - Throws: `RunError`, or what `onEvent` throws.
  public func run(
    _ postings: [Posting], grace: Double = 2, shouldStop: () -> Bool = { false },
    onTick: () throws -> Void = {}, onEvent: (Event) throws -> [Posting]
  ) throws -> Bool {
    var open: [Int64: Posting] = [:]
    var attempts: [Int64: Int] = [:]
    var stopSince: Date?
    func post(_ postings: [Posting]) throws {
      for posting in postings where open[posting.request.id] == nil {
        open[posting.request.id] = posting
        try folder.post(posting.request, urgency: posting.urgency)
      }
    }
    try folder.create()
    try post(postings)
    while !open.isEmpty {
      if shouldStop() {
        let since = stopSince ?? Date()
        if stopSince == nil { try folder.stop() }
        stopSince = since
        if Date().timeIntervalSince(since) > grace || slots.allSatisfy({ !$0.process.isRunning }) { break }
      } else {
        try startWorkers(needed: open.count)
      }
      // Whether a worker has ended is asked before its answers are read: what it wrote last must count.
      let ended = slots.filter { !$0.process.isRunning }
      for (id, data) in folder.answers() {
        // Another answer than that to an open request is none.
        if let answer = open[id]?.request.answer(data) {
          open[id] = nil
          let further = try onEvent(.finished(id, answer))
          if stopSince == nil { try post(further) }
        }
        folder.removeAnswer(id)
      }
      for slot in ended {
        slots.removeAll { $0 === slot }
        guard let id = folder.claim(of: slot.name) ?? slot.current?.id, let posting = open[id] else {
          idleExits += 1
          continue
        }
        folder.dropClaim(of: slot.name)
        idleExits = 0
        // It may have claimed the request and ended since the last look.
        if slot.current?.id != id { attempts[id, default: 0] += 1 }
        if attempts[id, default: 1] < Self.attempts, stopSince == nil {
          try folder.post(posting.request, urgency: posting.urgency)
        } else if stopSince == nil {
          open[id] = nil
          try post(try onEvent(.failed(id, reason: reason(slot))))
        }
      }
      for slot in slots {
        if let id = watch(slot, openIDs: Set(open.keys)) {
          attempts[id, default: 0] += 1
          _ = try onEvent(.started(id, attempt: attempts[id] ?? 1))
        }
      }
      try onTick()
      Thread.sleep(forTimeInterval: 0.02)
    }
    return open.isEmpty
  }

  /// Ends all workers.
  public func end() {
    for slot in slots where slot.process.isRunning { kill(slot.process.processIdentifier, SIGKILL) }
    for slot in slots { slot.process.waitUntilExit() }
    slots = []
  }

  /// - Returns: the evaluation that the worker has just begun, if it has.
  private func watch(_ slot: Slot, openIDs: Set<Int64>) -> Int64? {
    var begun: Int64?
    if let id = folder.claim(of: slot.name) {
      if slot.current?.id != id, openIDs.contains(id) {
        slot.current = (id, Date())
        begun = id
      }
    } else {
      slot.current = nil
    }
    guard slot.killed == nil else { return begun }
    if let start = slot.current?.start, Date().timeIntervalSince(start) > timeLimit {
      slot.killed = "it took longer than \(Int(timeLimit)) seconds"
    } else if folder.silence(of: slot.name) ?? Date().timeIntervalSince(slot.start) > Self.longestSilence {
      slot.killed = "its worker showed no life for \(Int(Self.longestSilence)) seconds"
    }
    if slot.killed != nil { kill(slot.process.processIdentifier, SIGKILL) }
    return begun
  }

  private func reason(_ slot: Slot) -> String {
    if let killed = slot.killed { return killed }
    let status = slot.process.terminationStatus
    guard slot.process.terminationReason == .uncaughtSignal else { return "its worker ended with exit code \(status)" }
    return "its worker was ended by signal \(status) (\(String(cString: strsignal(status))))"
      + (status == SIGKILL ? ", perhaps for want of memory" : "")
  }

  private func startWorkers(needed: Int) throws {
    guard idleExits < 3 * workers else {
      throw RunError.noWorker(reason: "they end at once; \(folder.log.plainPath) holds their messages")
    }
    while slots.count < min(workers, needed) {
      started += 1
      let name = "worker-\(started)"
      let process = Process()
      process.executableURL = executable
      process.arguments = ["worker", folder.url.plainPath, "--name", name, "--parent", String(getpid())]
      process.environment = ProcessInfo.processInfo.environment.merging(["OPENBLAS_NUM_THREADS": "1"]) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      let log = fopen(folder.log.plainPath, "ab")
      defer { log.map { _ = fclose($0) } }
      process.standardError = log.map { FileHandle(fileDescriptor: fileno($0), closeOnDealloc: false) }
      do {
        try process.run()
      } catch {
        throw RunError.noWorker(reason: SystemReason.text(error))
      }
      slots.append(Slot(name: name, process: process))
    }
  }
}
