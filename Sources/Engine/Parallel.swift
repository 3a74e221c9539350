import Dispatch
import Foundation

/// Threads for one job: each index runs on a thread of its own, and the call returns when all are done.
public enum Parallel {
  /// The processor cores that this process may use.
  public static var coreCount: Int { Processors.available.count }

  /// Runs `body(0)` … `body(count − 1)`, at the same time if there are cores for it.
  public static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if count == 1 { body(0) } else { DispatchQueue.concurrentPerform(iterations: count, execute: body) }
  }

  /// Processor seconds that the calling thread has used: the cost of a computation, however busy the machine is.
  public static var threadSeconds: Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

  /// Processor seconds that all threads of this process have used.
  public static var processSeconds: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
