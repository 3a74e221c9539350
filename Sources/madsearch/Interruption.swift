import Foundation
import Synchronization

/// Ctrl-C of commands that park their work: once asks them to, twice ends the program.
enum Interruption {
  private static let count = Atomic<Int>(0)

  static var isAsked: Bool { count.load(ordering: .relaxed) > 0 }

  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if count.add(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
      }
    }
  }
}
