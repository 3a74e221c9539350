import Foundation

/// Who does which of several trainings, and how far they are. Shared by the threads that do them.
public final class WorkBoard<Result: Sendable>: @unchecked Sendable {
  /// Seconds between two reports.
  private static var pause: Double { 0.2 }

  private let lock = NSLock()
  private var queue: ArraySlice<Int>
  private var progress: WorkProgress
  private var found: [Int: Result]
  private var failure: (any Error)?
  private let onProgress: @Sendable (_ done: Int, WorkProgress) -> Void
  private var lastReport = Date.distantPast

  /// - Parameters:
  ///   - queue: what is to be done, in order.
  ///   - costs: of all trainings.
  ///   - known: what is done already.
  ///   - onProgress: called now and then and after each result, one at a time.
  public init(
    _ queue: [Int], costs: [Double], known: [Int: Result] = [:],
    onProgress: @escaping @Sendable (_ done: Int, WorkProgress) -> Void
  ) {
    (self.queue, found, self.onProgress) = (queue[...], known, onProgress)
    progress = WorkProgress(costs: costs) { known[$0] != nil }
  }

  /// The next training, or nil if there is none or one has failed.
  public func take() -> Int? { lock.withLock { failure == nil ? queue.popFirst() : nil } }

  public func advance(_ index: Int, fraction: Double) {
    lock.withLock {
      progress.set(index, to: fraction)
      if Date().timeIntervalSince(lastReport) >= Self.pause { report() }
    }
  }

  /// - Parameter keep: called with the result, one at a time.
  public func finish(_ index: Int, _ result: Result, keep: (Result) throws -> Void = { _ in }) throws {
    try lock.withLock {
      found[index] = result
      progress.set(index, to: 1)
      report()
      try keep(result)
    }
  }

  public func fail(_ error: any Error) { lock.withLock { failure = failure ?? error } }

  /// - Throws: the first failure.
  public func results() throws -> [Int: Result] {
    if let failure { throw failure }
    return found
  }

  private func report() {
    lastReport = Date()
    onProgress(found.count, progress)
  }
}
