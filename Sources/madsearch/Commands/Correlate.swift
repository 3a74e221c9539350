import ArgumentParser
import Foundation
import Reporting
import Reports
import Runs
import Statistics

struct Correlate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Correlate a cheap score with a dear one: MAD scores with losses, of runs or in a table.",
    discussion: """
      Of runs every way to score on tasks is compared with every loss on text, with what a dearer score gains; --x (screen, \
      mad, …) and --y (tokens, flops, optimal, extrapolated) choose the pair that is shown in full.

      A table has comma-separated values: a line of names, then a row for each thing measured, such as a layout, or several \
      rows that --group takes together. --x and --y name its columns.

      Pearson's, Spearman's and Kendall's (tau-b) coefficients have 95 % bootstrap intervals (BCa) and permutation p-values: \
      over all things, in the better half and the top quarter by --y, and within classes. Each covariate is compared as a \
      predictor of its own, and taken into account in partial correlations. With replicates the coefficients are also \
      corrected for noise. The parts of the score, tasks of runs or columns of --part, are looked at one by one, left out one \
      by one, and weighted anew, as judged by things that the weights were not fitted on.
      """)

  enum Better: String, ExpressibleByArgument, CaseIterable {
    case lower, higher
  }

  @Argument(
    help: ArgumentHelp(
      "Runs, by name under results/ or folder; or one table, e.g. scores.csv.", valueName: "run-or-file")
  )
  var sources: [String]

  @Option(help: ArgumentHelp("The score to judge, e.g. mad.", valueName: "protocol-or-column"))
  var x: String?

  @Option(help: ArgumentHelp("What it should tell, e.g. tokens, or loss of a table.", valueName: "loss-or-column"))
  var y: String?

  @Option(
    help: ArgumentHelp(
      "Column that names the thing: rows with the same name are replicates, and their means count.",
      valueName: "column"))
  var group: String?

  @Option(
    help: ArgumentHelp(
      "Column of a part of the score, which is their mean, e.g. a task; to be repeated for each part.",
      valueName: "column"))
  var part: [String] = []

  @Option(name: .customLong("class"), help: ArgumentHelp("Column of classes to look within.", valueName: "column"))
  var classColumn: String?

  @Option(
    help: ArgumentHelp(
      "Column of what is known without measuring, e.g. parameters; may be repeated.", valueName: "column"))
  var covariate: [String] = []

  @Option(help: "lower (the default) or higher: which y are better.")
  var better: Better?

  @Option(parsing: .unconditional, help: "Bootstrap draws for the intervals; 0 for none.")
  var bootstrap = 2000

  @Option(parsing: .unconditional, help: "Random orders for the p-values; all orders if there are no more.")
  var permutations = 9999

  @Option(parsing: .unconditional, help: "Seed of the draws.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Write what the correlation was computed from to this file: a row for each thing, from the best --y to the worst.",
      valueName: "file"))
  var points: String?

  @Option(
    help: ArgumentHelp(
      "Draw these points with the regression line and the coefficients to this SVG file, numbered as in --points.",
      valueName: "file"))
  var svg: String?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--bootstrap", bootstrap, 0...1_000_000)
    try Check.range("--permutations", permutations, 1...1_000_000)
    try Check.drawing("--svg", svg)
    try Self.checkNames("--part", part)
    try Self.checkNames("--covariate", covariate)
    if part.count == 1 { throw ValidationError("--part must be given for each of at least two parts, found one") }
  }

  private static func checkNames(_ option: String, _ names: [String]) throws {
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw ValidationError("\(option) '\(name)' is given twice")
    }
  }

  func run() throws {
    let settings = CorrelationReport.Settings(repeats: bootstrap, permutations: permutations, seed: seed)
    let tables = sources.filter(isTable)
    guard tables.isEmpty else {
      guard sources.count == 1 else {
        throw ValidationError(
          "one table or several runs can be correlated, found the table '\(tables[0])' among others")
      }
      return try correlateTable(tables[0], settings)
    }
    try requireNoColumns()
    Progress.show("correlating")
    let correlation = try RunCorrelation(
      sources.map { ($0, try RunStore.open(RunArgument.folder($0), isReadOnly: true)) })
    let report = try RunCorrelationReport(
      correlation, chosen: correlation.chosen(score: x, loss: y), settings: settings, for: format.form)
    Progress.clear()
    try writePoints(report.report, settings)
    try format.print(report)
  }

  private func writePoints(_ report: CorrelationReport, _ settings: CorrelationReport.Settings) throws {
    let points = CorrelationPoints(report)
    if let file = self.points { try TextFile.write(points.table.csv, to: file) }
    if let svg { try TextFile.write(points.chart(settings).svg, to: svg) }
  }

  /// A run is a folder, or a name under `results/`.
  private func isTable(_ source: String) -> Bool {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: source, isDirectory: &isFolder)
    return isThere ? !isFolder.boolValue : source.hasSuffix(".csv")
  }

  private func requireNoColumns() throws {
    let given = [
      ("--group", group != nil), ("--part", !part.isEmpty), ("--class", classColumn != nil),
      ("--covariate", !covariate.isEmpty), ("--better", better != nil),
    ].filter(\.1).map(\.0)
    if let option = given.first { throw ValidationError("\(option) is for tables; a run knows it by itself") }
  }

  private func correlateTable(_ file: String, _ settings: CorrelationReport.Settings) throws {
    guard let x, let y else {
      throw ValidationError(
        "a table needs \(x == nil ? "--x, the column of the score" : "--y, the column it should tell")")
    }
    let columns = CorrelationTableArgument(
      score: x, target: y, classification: classColumn, group: group, parts: part, covariates: covariate,
      lowerIsBetter: better != .higher)
    let study = try CSVArgument.read(file) { table, problems in columns.study(table, &problems) }
    Progress.show("correlating \(study.things.count) things")
    let report = CorrelationReport(study, settings: settings)
    Progress.clear()
    try writePoints(report, settings)
    try format.print(CorrelationSummary(report))
  }
}
