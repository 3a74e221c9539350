import ArgumentParser
import Foundation
import Reports
import Runs

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how far a run is: counts per rung, failures, time spent, best so far.",
    discussion: "Works while the run is going. With --watch, --json prints an object a line.")

  /// Seconds between two looks.
  private static let pause = 2.0

  @Argument(help: RunArgument.help, completion: RunArgument.completion)
  var name: String

  @Flag(help: "Look again every two seconds until nobody works on the run; Ctrl-C ends the watching, not the run.")
  var watch = false

  @OptionGroup var format: OutputFormat

  func run() throws {
    let folder = RunArgument.folder(name)
    let store = try RunStore.open(folder, isReadOnly: true)
    try show(folder, store)
    while watch, RunLock.worker(on: folder) != nil {
      Thread.sleep(forTimeInterval: Self.pause)
      // A terminal is wiped, elsewhere one report follows the other.
      if isatty(STDOUT_FILENO) == 1, format.form == .text {
        try StandardOutput.print("\u{1B}[H\u{1B}[2J", hasEscapes: true)
      }
      try show(folder, store)
    }
  }

  private func show(_ folder: RunFolder, _ store: RunStore) throws {
    let report = try StatusReport(store, worker: RunLock.worker(on: folder))
    // One line a look, for programs that read a stream.
    if watch, format.json { return try StandardOutput.print(report.json.compact) }
    try format.print(report)
  }
}
