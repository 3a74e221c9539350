import ArgumentParser
import Reporting
import Statistics

struct Correlate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Correlate a cheap score with a dear one, such as MAD scores with losses.",
    discussion: """
      FILE has comma-separated values: a line of names, then a row for each thing measured, such as a layout, or several \
      rows that --group takes together. Pearson's, Spearman's and Kendall's (tau-b) coefficients have 95 % bootstrap \
      intervals (BCa) and permutation p-values: over all things, in the better half and the top quarter by --y, and within \
      classes. Each covariate is compared as a predictor of its own, and taken into account in partial correlations. With \
      replicates the coefficients are also corrected for noise. With --part the parts of the score are looked at one by \
      one, left out one by one, and weighted anew, as judged by things that the weights were not fitted on.
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
    let columns = CorrelationColumns(
      score: x, target: y, classification: classColumn, group: group, parts: part, covariates: covariate,
      lowerIsBetter: better == .lower)
    let study = try CSVArgument.read(file) { table, problems in columns.study(table, &problems) }
    Progress.show("correlating \(study.things.count) things")
    let report = CorrelationReport(
      study, settings: .init(repeats: bootstrap, permutations: permutations, seed: seed))
    Progress.clear()
    let table = CorrelationTable(report: report)
    try StandardOutput.print(format.json ? table.json.text : format.csv ? table.csv : CorrelationText(report).text)
  }
}
