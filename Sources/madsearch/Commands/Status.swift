import ArgumentParser
import Reporting
import Runs

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how far a run is: counts per rung, failures, time spent, best so far.",
    discussion: "Works while the run is going.")

  @Argument(help: RunArgument.help)
  var name: String

  @OptionGroup var format: OutputFormat

  func run() throws {
    let folder = RunArgument.folder(name)
    let store = try RunStore.open(folder, isReadOnly: true)
    let settings = try store.settings()
    let evaluations = try store.evaluations()
    var table = Table([
      .init("rung", "rung"), .init("protocol", "protocol"), .init("queued", "queued"), .init("running", "running"),
      .init("done", "done"), .init("diverged", "diverged"), .init("failed", "failed"),
      .init("seconds", "core-seconds"), .init("best", "best"),
    ])
    for (rung, definition) in settings.protocols.enumerated() {
      let own = evaluations.filter { $0.rung == rung }
      func count(_ status: EvaluationRecord.Status) -> Table.Cell { .integer(own.count { $0.status == status }) }
      let best = own.filter { $0.status == .done }.compactMap(\.score).max()
      table.add([
        .integer(rung + 1), .text(definition.name), count(.queued), count(.running), count(.done), count(.diverged),
        count(.failed), .number(own.reduce(0) { $0 + $1.seconds }, decimals: 1),
        best.map { .number($0, decimals: 4) } ?? .nothing,
      ])
    }
    if format.json { return try StandardOutput.print(table.json.text) }
    if format.csv { return try StandardOutput.print(table.csv) }
    let work = RunLock.worker(on: folder).map { "process \($0) works on it" } ?? "nobody works on it"
    let candidates = try store.candidates()
    var text = "\(settings.name): \(candidates.count) candidates, \(work)\n\n\(table.text)"
    let layouts = Dictionary(uniqueKeysWithValues: candidates.map { ($0.id, $0.layout) })
    for record in evaluations where record.status == .failed {
      text += "\nfailed at rung \(record.rung + 1): \(layouts[record.candidate] ?? ""): \(record.reason ?? "")"
    }
    try StandardOutput.print(text)
  }
}
