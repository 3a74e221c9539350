import Foundation
import Synchronization

/// Signals that ask a command to park its work: Ctrl-C, the end of a terminal, and what batch systems send. A second Ctrl-C
/// ends the program.
enum Interruption {
  static var isAsked: Bool { interruptions.load(ordering: .relaxed) > 0 }

  static func install() {
    // Made here, not in the handler.
    interruptions.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1] {
      // What is ignored from the start stays so: `nohup` means it.
      var old = sigaction()
      sigaction(number, nil, &old)
      let isIgnored = unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1
      if number != SIGHUP || !isIgnored { signal(number, countInterruption) }
    }
  }
}

/// Outside of the type, as a signal handler captures nothing.
private let interruptions = Atomic<Int>(0)

private func countInterruption(_ signal: Int32) {
  let isRepeated = interruptions.add(1, ordering: .relaxed).oldValue > 0
  if isRepeated, signal == SIGINT { _exit(ExitStatus.interrupted.rawValue) }
}
