import Foundation
import Synchronization

/// Seconds by which a run counts time. They never go back, whatever is done to the machine's clock.
public protocol RunClock: Sendable {
  var seconds: Double { get }
}

/// Seconds that this process has run: they stand still while it is stopped (Ctrl-Z) or the machine sleeps.
///
/// A thread looks at the machine's monotonic clock ten times a second. Where the last look is long past, the process did
/// not run meanwhile, and only `longestStep` counts.
public final class RunningClock: RunClock {
  private static let pause = 0.1
  private static let longestStep = 1.0

  private let state = Mutex((seconds: 0.0, last: RunningClock.monotonic))

  public init() {
    let thread = Thread { [weak self] in
      while self?.advance() != nil { Thread.sleep(forTimeInterval: Self.pause) }
    }
    thread.start()
  }

  public var seconds: Double { advance() }

  @discardableResult
  private func advance() -> Double {
    state.withLock { state in
      let now = Self.monotonic
      state.seconds += min(max(now - state.last, 0), Self.longestStep)
      state.last = now
      return state.seconds
    }
  }

  private static var monotonic: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
