import Architecture
import ArgumentParser
import Configuration
import Foundation
import MADTasks
import Runs
import Search
import Text

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search a space: evaluate its layouts rung by rung and print the non-dominated ones.",
    discussion: """
      The seeds are evaluated first, then batches that the search strategy proposes; contenders are evaluated again with \
      new seeds; the best go up to the next rung. The run is kept in results/NAME/ and can be resumed after an \
      interruption; the result is the same. Ctrl-C finishes what is cheap and parks the rest, a second one stops at once.
      """)

  @Argument(help: SpaceArgument.help, completion: SpaceArgument.completion)
  var space: String

  @Option(help: "Name of the run instead of the space's.")
  var name: String?

  @Option(help: "Search strategy instead of the space's; `madsearch list strategies` lists them.")
  var strategy: String?

  @Option(
    help: ArgumentHelp(
      "A known hybrid or a layout to start from, beside the space's; may be repeated. `madsearch list hybrids` lists them. "
        + "@FILE reads a layout, a pattern or a published model's config.json. What is deeper than the space is thinned.",
      valueName: "name-or-layout"))
  var seedWith: [String] = []

  @Option(parsing: .unconditional, help: "Seed instead of the space's.")
  var seed: UInt64?

  @OptionGroup var budget: BudgetOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var format: OutputFormat

  func validate() throws {
    if let strategy, StrategyKind(rawValue: strategy) == nil {
      let known = StrategyKind.allCases.map(\.rawValue)
      throw ValidationError(
        "there is no strategy '\(strategy)'" + suggestion(for: strategy, among: known, otherwise: "the strategies are"))
    }
    if let name, name.isEmpty || name.contains("/") || name.hasPrefix(".") || name.hasPrefix("-") {
      throw ValidationError("--name must be the name of a folder, found '\(name)'")
    }
  }

  func run() throws {
    let argument = try SpaceArgument(space)
    let file = argument.space.file
    let seeds = (
      space: try SeedArguments.read(file.seedWith, beside: space), given: try SeedArguments.read(seedWith)
    )
    try SeedArguments.check(seeds.space, in: argument.space, fault: .input) { "\(space), $.seed-with[\($0)]" }
    try SeedArguments.check(seeds.given, in: argument.space, fault: .commandLine) { _ in "--seed-with" }
    let rungs = try argument.begin()
    let settings = RunSettings(
      name: name ?? file.name, space: argument.text, rungs: rungs, strategy: strategy ?? file.search.strategy,
      seeds: seeds.space + seeds.given,
      candidates: budget.candidates ?? file.search.candidates, hours: try budget.hours() ?? file.search.hours,
      coreHours: budget.coreHours ?? file.search.coreHours, seed: seed ?? file.seed,
      scale: argument.space.objectiveScale(floors: try rungs.map { try $0.floor }))
    let folder = RunFolder(URL(filePath: "results/\(settings.name)"))
    try RunSession(
      coordinator: try Coordinator.begin(folder, settings: settings), execution: execution, format: format
    ).run()
  }
}
