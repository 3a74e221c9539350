import Architecture
import ArgumentParser
import Foundation
import Reporting
import Reports
import Runs
import Search
import Text

struct Pareto: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the non-dominated candidates of a run with the known hybrids beside them.",
    discussion: """
      Scores are means over replicates. P(front) is the probability of being non-dominated, given the noise of all \
      scores. Hypervolume counts up to a reference point that was fixed when the run started. Works while the run is \
      going.
      """)

  @Argument(help: RunArgument.help, completion: RunArgument.completion)
  var name: String

  @Option(
    help: ArgumentHelp(
      "The rung, by number or by the name of its protocol. Default: the highest with scores of others than known hybrids.",
      valueName: "rung"))
  var rung: String?

  @Option(
    help: ArgumentHelp(
      "quality and one to three of state, flops and parameters, with commas between. Default: the run's.",
      valueName: "names"))
  var objectives: String?

  @Flag(help: "List dominated candidates too.")
  var all = false

  @Flag(help: "Draw the scores against each cost in the terminal.")
  var plot = false

  @Option(help: ArgumentHelp("Write the chart to this file as SVG.", valueName: "file"))
  var svg: String?

  @Option(help: ArgumentHelp("Write the chart to this file as a Vega-Lite specification.", valueName: "file"))
  var vega: String?

  @Option(
    help: ArgumentHelp(
      "Write the hypervolume after each evaluation to this file: a chart if it ends in .svg, a Vega-Lite specification "
        + "if in .json, else CSV.", valueName: "file"))
  var history: String?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    if plot, format.json || format.csv { throw ValidationError("--plot excludes --json and --csv") }
    try Check.drawing("--svg", svg)
    _ = try chosenObjectives()
  }

  func run() throws {
    let store = try RunStore.open(RunArgument.folder(name), isReadOnly: true)
    let settings = try store.settings()
    let front = try Front(
      store, rung: rung.map { try RungArgument.rung($0, of: settings) }, objectives: chosenObjectives())
    let chart = ParetoFrontChart(front)
    if let svg { try TextFile.write(chart.svg, to: svg) }
    if let vega { try TextFile.write(chart.vegaLite.text, to: vega) }
    if let history { try TextFile.write(HypervolumeHistoryChart(front).written(as: history), to: history) }
    if plot, !front.entries.isEmpty {
      try StandardOutput.print(
        chart.terminalText(
          width: Terminal.width, isUnicode: Terminal.isUnicode, isColored: Terminal.isColored) + "\n", hasEscapes: true)
    }
    try format.print(FrontReport(front, isComplete: all))
  }

  private func chosenObjectives() throws -> [Objective]? {
    guard let objectives else { return nil }
    let known = Objective.allCases.map(\.rawValue)
    let chosen = try objectives.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let name = part.trimmingCharacters(in: .whitespaces)
      guard let objective = Objective(rawValue: name) else {
        throw ValidationError(
          "there is no objective '\(name)'" + suggestion(for: name, among: known, otherwise: "the objectives are"))
      }
      return objective
    }
    guard chosen.contains(.quality) else {
      throw ValidationError("--objectives must name quality: costs are known without a run, see madsearch describe")
    }
    guard Set(chosen).count == chosen.count, chosen.count > 1 else {
      throw ValidationError("--objectives must name quality and one to three costs, each once, found '\(objectives)'")
    }
    return chosen
  }
}
