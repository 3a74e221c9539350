import Foundation
import Synchronization

/// Ctrl-C of commands that park their work: once asks them to, twice ends the program.
enum Interruption {
  static var isAsked: Bool { interruptions.load(ordering: .relaxed) > 0 }

  static func install() {
    // Made here, not in the handler.
    interruptions.store(0, ordering: .relaxed)
    signal(SIGINT, countInterruption)
    signal(SIGTERM, countInterruption)
  }
}

/// Outside of the type, as a signal handler captures nothing.
private let interruptions = Atomic<Int>(0)

private func countInterruption(_ signal: Int32) {
  if interruptions.add(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
}
