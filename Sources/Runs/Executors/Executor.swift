import Foundation

/// Who does the evaluations of a run. A kind of executor is a type of this protocol in a file of its own, and a line in
/// `Executors`. It talks with its workers through the files of a `WorkerFolder`.
public protocol Executor: AnyObject {
  /// What the command line calls it.
  static var name: String { get }
  static var summary: String { get }

  init(_ folder: WorkerFolder, settings: ExecutorSettings)

  /// What the workers do now.
  var activity: [WorkerActivity] { get }

  /// Evaluates all requests and those that their results lead to.
  /// - Returns: whether everything was finished.
  /// - Throws: `RunError`, or what `hooks` throw.
  func run(_ postings: [Posting], hooks: ExecutorHooks) throws -> Bool

  /// Ends all workers.
  func end()
}

/// The kinds of executors.
public enum Executors {
  public static let all: [any Executor.Type] = [LocalExecutor.self]
  public static let standard: any Executor.Type = LocalExecutor.self

  public static func named(_ name: String) -> (any Executor.Type)? { all.first { $0.name == name } }
}

/// What an executor is made with.
public struct ExecutorSettings: Sendable {
  /// The program whose `worker` command is started.
  let executable: URL
  let workers: Int
  /// Seconds that an evaluation may take.
  let timeLimit: Double
  let clock: any RunClock

  public init(executable: URL, workers: Int, timeLimit: Double, clock: any RunClock) {
    (self.executable, self.workers, self.timeLimit, self.clock) = (executable, workers, timeLimit, clock)
  }
}

/// A request with its place in the queue: the least urgency is taken first.
public struct Posting: Sendable {
  let request: EvaluationRequest
  let urgency: Int

  public init(_ request: EvaluationRequest, urgency: Int = 0) { (self.request, self.urgency) = (request, urgency) }
}

/// What an executor asks and tells its coordinator, on the thread that runs it.
public struct ExecutorHooks {
  /// Seconds that running evaluations have to finish once they are to stop.
  var grace = 2.0
  /// Asked several times a second; once it says so, what is not finished within `grace` is given up.
  var shouldStop: () -> Bool = { false }
  /// Called several times a second.
  var onTick: () throws -> Void = {}
  /// Returns further requests.
  var onEvent: (ExecutorEvent) throws -> [Posting]

  public init(
    grace: Double = 2, shouldStop: @escaping () -> Bool = { false }, onTick: @escaping () throws -> Void = {},
    onEvent: @escaping (ExecutorEvent) throws -> [Posting]
  ) {
    (self.grace, self.shouldStop, self.onTick, self.onEvent) = (grace, shouldStop, onTick, onEvent)
  }
}

public enum ExecutorEvent: Sendable {
  case started(Int64, attempt: Int)
  case finished(Int64, EvaluationAnswer)
  case failed(Int64, reason: String)
}

/// A worker, and of one that is not idle the evaluation and its seconds so far.
public struct WorkerActivity: Sendable {
  public let worker: String
  public let evaluation: Int64?
  public let seconds: Double
}
