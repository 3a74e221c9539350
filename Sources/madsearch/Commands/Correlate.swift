import Architecture
import ArgumentParser
import Configuration
import Foundation
import Reporting
import Statistics

struct Correlate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Correlate a cheap score with a dear one, such as MAD scores with losses.",
    discussion: """
      FILE has comma-separated values: a line of names, then a row for each thing measured, such as a layout. Pearson's, \
      Spearman's and Kendall's (tau-b) coefficients have 95 % bootstrap intervals (BCa) and permutation p-values: over all \
      rows, in the better half and the top quarter by --y, and within classes. Each covariate is compared as a predictor \
      of its own, and taken into account in partial correlations.
      """)

  enum Better: String, ExpressibleByArgument, CaseIterable {
    case lower, higher
  }

  @Argument(help: ArgumentHelp("The table, e.g. scores.csv.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Column of the score to judge, e.g. mad.", valueName: "column"))
  var x: String

  @Option(help: ArgumentHelp("Column of what it should tell, e.g. loss.", valueName: "column"))
  var y: String

  @Option(name: .customLong("class"), help: ArgumentHelp("Column of classes to look within.", valueName: "column"))
  var classColumn: String?

  @Option(
    help: ArgumentHelp(
      "Column of what is known without measuring, e.g. parameters; may be repeated.", valueName: "column"))
  var covariate: [String] = []

  @Option(help: "lower or higher: which y are better.")
  var better: Better = .lower

  @Option(parsing: .unconditional, help: "Bootstrap draws for the intervals; 0 for none.")
  var bootstrap = 2000

  @Option(parsing: .unconditional, help: "Random orders for the p-values; all orders if there are no more.")
  var permutations = 9999

  @Option(parsing: .unconditional, help: "Seed of the draws.")
  var seed: UInt64 = 1

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--bootstrap", bootstrap, 0...1_000_000)
    try Check.range("--permutations", permutations, 1...1_000_000)
  }

  func run() throws {
    let (score, target, classes, covariates) = try readColumns()
    Progress.show("correlating \(target.values.count) rows")
    let report = CorrelationReport(
      score: score, target: target, lowerIsBetter: better == .lower, classes: classes, covariates: covariates,
      settings: .init(repeats: bootstrap, permutations: permutations, seed: seed))
    Progress.clear()
    let table = CorrelationTable(score: score, target: target, report: report)
    try StandardOutput.print(format.json ? table.json.text : format.csv ? table.csv : table.text)
  }

  private typealias Columns = (
    score: CorrelationReport.Variable, target: CorrelationReport.Variable, classes: [String]?,
    covariates: [CorrelationReport.Variable]
  )

  /// - Throws: `Failure` with a line for each of the first errors.
  private func readColumns() throws -> Columns {
    try CSVArgument.read(file) { table, problems in
      func index(_ name: String) -> Int? { table.column(name, suggesting: CSVArgument.suggest, &problems) }
      func variable(_ name: String) -> CorrelationReport.Variable? {
        index(name).flatMap { table.numbers(in: $0, positive: false, &problems) }.map { .init(name, $0) }
      }
      let (score, target) = (variable(x), variable(y))
      let covariates = covariate.compactMap(variable)
      let classes = classColumn.flatMap(index).map { column in table.rows.map { $0.cells[column] } }
      if problems.errors.isEmpty, table.rows.count < 3 {
        problems.add("line 1", "at least three rows are needed, found \(table.rows.count)")
      }
      guard let score, let target else { return nil }
      return (score, target, classes, covariates)
    }
  }
}
