import ArgumentParser
import Foundation
import Reporting
import Runs

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how far a run is: counts per rung, failures, time spent, best so far.",
    discussion: "Works while the run is going.")

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
      if isatty(STDOUT_FILENO) == 1 { try StandardOutput.print("\u{1B}[H\u{1B}[2J") }
      try show(folder, store)
    }
  }

  private func show(_ folder: RunFolder, _ store: RunStore) throws {
    let settings = try store.settings()
    let evaluations = try store.evaluations()
    let candidates = try store.candidates()
    let table = Self.table(settings, evaluations)
    if format.json { return try StandardOutput.print(table.json.text) }
    if format.csv { return try StandardOutput.print(table.csv) }
    let work = RunLock.worker(on: folder).map { "process \($0) works on it" } ?? "nobody works on it"
    let spent = Duration.text(seconds: try store.secondsSpent())
    let trained = evaluations.reduce(0) { $0 + $1.seconds } / 3600
    var text = """
      \(settings.name): \(candidates.count) of \(settings.candidates) candidates, \(work)
      \(spent) on the clock, \(NumberText.fixed(trained, decimals: 2)) core-hours of training

      \(table.text)
      """
    let layouts = Dictionary(uniqueKeysWithValues: candidates.map { ($0.id, $0.layout) })
    for record in evaluations where record.status == .running {
      text += "\nrunning at rung \(record.rung + 1): \(layouts[record.candidate] ?? "")"
    }
    for record in evaluations where record.status == .failed {
      text += "\nfailed at rung \(record.rung + 1): \(layouts[record.candidate] ?? ""): \(record.reason ?? "")"
    }
    try StandardOutput.print(text)
  }

  private static func table(_ settings: RunSettings, _ evaluations: [EvaluationRecord]) -> Table {
    var table = Table([
      .init("rung", "rung"), .init("protocol", "protocol"), .init("queued", "queued"), .init("running", "running"),
      .init("done", "done"), .init("diverged", "diverged"), .init("failed", "failed"),
      .init("seconds", "core-seconds"), .init("best", "best"),
    ])
    for (rung, name) in settings.rungNames.enumerated() {
      let own = evaluations.filter { $0.rung == rung }
      func count(_ status: EvaluationRecord.Status) -> Table.Cell { .integer(own.count { $0.status == status }) }
      let best = own.filter { $0.status == .done }.compactMap(\.score).max().map(settings.measure(rung: rung).value)
      table.add([
        .integer(rung + 1), .text(name), count(.queued), count(.running), count(.done), count(.diverged),
        count(.failed), .number(own.reduce(0) { $0 + $1.seconds }, decimals: 1),
        .number(or: best, decimals: 4),
      ])
    }
    return table
  }
}
