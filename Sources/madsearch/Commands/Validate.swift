import ArgumentParser
import Reports
import Runs
import Search
import Text

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a space file; say how many layouts it holds, what they cost and how long a run takes.",
    discussion: """
      Errors are printed one a line with their JSON path, and the exit code is then 65. Costs are those of the layouts \
      that meet the constraints, as language models of the space's size. A run's FLOPs are those of the trainings of all \
      candidates, had none of them an early end; core-hours follow from the speed of a short training, or from --gflops.
      """)

  @Argument(help: SpaceArgument.help, completion: SpaceArgument.completion)
  var space: String

  @Option(parsing: .unconditional, help: "Layouts to look at; all if the space holds no more.")
  var samples = 1000

  @Option(parsing: .unconditional, help: "GFLOP/s of a core in trainings, instead of measuring them.")
  var gflops: Double?

  @Flag(
    help: ArgumentHelp(
      "Print the layouts that meet the constraints instead, one a line, with --csv or --json their costs too; only of a "
        + "space of at most \(NumberText.grouped(SpaceLayouts.limit)) layouts that are counted exactly."))
  var layouts = false

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--samples", samples, 1...1_000_000)
    if let gflops, !(gflops > 0 && gflops < 1e9) {
      throw ValidationError("--gflops must be above 0 and below 1000000000, found \(gflops)")
    }
    if format.csv, !layouts { throw ValidationError("--csv needs --layouts; the whole report is text or JSON") }
  }

  func run() throws {
    let argument = try SpaceArgument(space)
    if layouts { return try printLayouts(argument.space) }
    let seeds = try SeedArguments.read(argument.space.file.seedWith, beside: space)
    try SeedArguments.check(seeds, in: argument.space, fault: .input) { "\(space), $.seed-with[\($0)]" }
    let survey = SpaceSurvey(argument.space, samples: samples)
    let estimate = try RunEstimate(
      argument.space, proposals: survey.proposals, rungs: argument.rungs,
      speed: gflops.map { .assumed($0 * 1e9) })
    let report = SpaceReport(space: argument.space, survey: survey, estimate: estimate)
    try format.print(report)
  }

  private func printLayouts(_ checked: Space) throws {
    guard let layouts = SpaceLayouts(checked) else {
      throw Failure(
        .commandLine,
        "\(space): --layouts prints at most \(NumberText.grouped(SpaceLayouts.limit)) layouts; this space holds more, or "
          + "they cannot be counted exactly")
    }
    try format.print(layouts)
  }
}
