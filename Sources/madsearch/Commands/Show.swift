import ArgumentParser
import Reports
import Runs

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print all that a run knows of one candidate: layout, costs, scores by task, its place on the front.",
    discussion: "Works while the run is going.")

  @Argument(help: RunArgument.help, completion: RunArgument.completion)
  var name: String

  @Argument(help: CandidateArgument.help)
  var candidate: [String]

  @Option(
    help: ArgumentHelp(
      "Write the learning curves of all its trainings to this file, JSON if it ends so, else CSV.", valueName: "file"))
  var curves: String?

  @OptionGroup var format: OutputFormat

  func run() throws {
    let store = try RunStore.open(RunArgument.folder(name), isReadOnly: true)
    let record = try CandidateArgument.candidate(candidate, of: name, among: store.candidates())
    let report = try CandidateReport(store, record)
    if let curves {
      let all = try report.evaluations.compactMap {
        try EvaluationCurves(store, $0, report.run.measure(rung: $0.rung))
      }
      let text = curves.hasSuffix(".json") ? all.json.text : all.table.csv
      try TextFile.write(text, to: curves)
    }
    try format.print(report)
  }
}
