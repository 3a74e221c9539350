import ArgumentParser
import Foundation
import Reports
import Text

struct Fit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fit scaling laws to a table of trainings: IsoFLOP parabolas, power law, or parametric loss.",
    discussion: """
      FILE has comma-separated values: a line of names, then a row for each training. The forms are

        isoflop     loss over log parameters as a parabola for each FLOP budget; N_opt, D_opt and the loss there over \
      budgets (needs parameters, flops and loss; tokens for D_opt)
        power       L(C) = E + A/C^alpha (needs flops and loss)
        parametric  L(N, D) = E + A/N^alpha + B/D^beta (needs parameters, tokens and loss; with flops, C = k N D takes \
      its k from them, else k is 6)

      Without --form it is what the columns allow; with all four isoflop if the FLOPs are a few budgets with three \
      sizes or more, else parametric. --csv prints a row for each quantity.
      """)

  @Argument(help: ArgumentHelp("The table, e.g. trainings.csv.", valueName: "file"))
  var file: String

  @Option(help: "isoflop, power or parametric. Default: what the columns allow.")
  var form: FitReport.Form?

  @Option(help: ArgumentHelp("Column of the model sizes N. Default: parameters.", valueName: "column"))
  var parameters: String?

  @Option(help: ArgumentHelp("Column of the training tokens D. Default: tokens.", valueName: "column"))
  var tokens: String?

  @Option(help: ArgumentHelp("Column of the training FLOPs C. Default: flops.", valueName: "column"))
  var flops: String?

  @Option(help: ArgumentHelp("Column of the losses. Default: loss.", valueName: "column"))
  var loss: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: "Predict the loss, and the optimal parameters and tokens, at this compute; may be repeated.")
  var targetFlops: [Double] = []

  @Option(parsing: .unconditional, help: "Runs within a budget differ in FLOPs by no more than this share.")
  var tolerance = 0.1

  @Option(parsing: .unconditional, help: "Error of log loss from which on it counts linearly, not squared (Huber).")
  var delta = 1e-3

  @Option(parsing: .unconditional, help: "Bootstrap draws for the 95 % intervals; 0 for none.")
  var bootstrap = 1000

  @Option(parsing: .unconditional, help: "Seed of the bootstrap.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Draw the runs with the parabolas of the form isoflop, or the line of the form power, to this SVG file.",
      valueName: "file"))
  var svg: String?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--bootstrap", bootstrap, 0...1_000_000)
    try Check.drawing("--svg", svg)
    for target in targetFlops where !(target > 0 && target.isFinite) {
      throw ValidationError("--target-flops must be above 0, found \(NumberText.exact(target))")
    }
    guard tolerance >= 0, tolerance <= 10 else {
      throw ValidationError("--tolerance must be from 0 to 10, found \(NumberText.exact(tolerance))")
    }
    guard delta > 0, delta <= 1e6 else {
      throw ValidationError("--delta must be above 0 and at most 1000000, found \(NumberText.exact(delta))")
    }
  }

  func run() throws {
    let table = try readTable()
    let settings = FitReport.Settings(
      targets: targetFlops, tolerance: tolerance, delta: delta, repeats: bootstrap, seed: seed)
    Progress.show("fitting \(table.losses.count) rows")
    defer { Progress.clear() }
    let report: FitReport
    do {
      report = try FitReport.make(form ?? Self.form(of: table, tolerance), table, settings)
    } catch {
      throw Failure(.input, "\(file): \(error)")
    }
    Progress.clear()
    if let svg {
      guard let chart = report.chart else { throw Failure(.commandLine, "--svg: the form parametric has no chart") }
      try TextFile.write(chart.svg, to: svg)
    }
    try format.print(report)
  }

  /// The form for the columns that there are; `readTable` has made sure that there are enough.
  private static func form(of table: TrainingTable, _ tolerance: Double) -> FitReport.Form {
    if table.parameters == nil { return .power }
    if table.flops == nil { return .parametric }
    return table.tokens == nil || FitReport.hasBudgets(table, tolerance: tolerance) ? .isoflop : .parametric
  }

  /// - Throws: `Failure` with a line for each of the first errors.
  private func readTable() throws -> TrainingTable {
    try CSVArgument.read(file) { table, problems in
      TrainingTable(
        table, parameters: parameters, tokens: tokens, flops: flops, loss: loss, needed: form.map(Self.columns),
        &problems)
    }
  }

  private static func columns(of form: FitReport.Form) -> Set<TrainingTable.Column> {
    switch form {
    case .isoflop: [.parameters, .flops]
    case .power: [.flops]
    case .parametric: [.parameters, .tokens]
    }
  }
}

extension FitReport.Form: ExpressibleByArgument {}
