import ArgumentParser
import Foundation
import Runs

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Evaluate the requests of a folder; started by executors.", shouldDisplay: false)

  @Argument(help: "The folder of requests and results.")
  var folder: String

  @Option(help: "The worker's own name in this folder.")
  var name: String

  @Option(help: "The process without which it ends.")
  var parent: Int32?

  func validate() throws {
    guard !name.isEmpty, !name.contains("/"), !name.contains(".") else {
      throw ValidationError("--name must be a word without '/' and '.', found '\(name)'")
    }
  }

  func run() throws {
    // These are for the coordinator, which decides what becomes of its workers; without it they end by themselves.
    if parent != nil { for number in [SIGINT, SIGHUP, SIGTERM, SIGUSR1] { signal(number, SIG_IGN) } }
    preferForMemoryKills()
    // For root, Dispatch gives threads the usual priority, whatever that of the process.
    if let parent {
      let kind = __priority_which_t(PRIO_PROCESS.rawValue)
      setpriority(kind, 0, getpriority(kind, id_t(parent)))
    }
    try Worker(WorkerFolder(URL(filePath: folder)), name: name, parent: parent).run()
  }

  /// Where memory runs out, a worker is to be ended, which costs one evaluation, not the coordinator.
  private func preferForMemoryKills() {
    try? Data("500".utf8).write(to: URL(filePath: "/proc/self/oom_score_adj"))
  }
}
