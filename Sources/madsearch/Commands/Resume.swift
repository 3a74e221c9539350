import ArgumentParser
import Runs
import Search

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Go on with an interrupted run, or extend one; nothing finished is done again.",
    discussion: """
      With more candidates, time, seeds or a wider space the search goes on from all that the run has found. A new space \
      file has to keep the model, the objectives and the rungs, so that old results still count; further rungs may follow.
      """)

  @Argument(help: RunArgument.help, completion: RunArgument.completion)
  var name: String

  @Option(help: ArgumentHelp("A wider space file to go on with.", valueName: "file"))
  var space: String?

  @Option(
    help: ArgumentHelp("A further known hybrid or layout; may be repeated.", valueName: "name-or-layout"))
  var seedWith: [String] = []

  @Flag(help: "Do failed evaluations again, e.g. after a limit of time or memory that was too low.")
  var retryFailed = false

  @OptionGroup var budget: BudgetOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var format: OutputFormat

  func run() throws {
    let coordinator = try Coordinator.resume(
      RunArgument.folder(name), retriesFailed: retryFailed, extend: extended)
    try RunSession(coordinator: coordinator, execution: execution, format: format).run()
  }

  /// The run's settings with what the command line changes.
  private func extended(_ settings: RunSettings) throws -> RunSettings {
    var settings = settings
    if let path = space {
      let argument = try SpaceArgument(path)
      let old = try StoredSpace.parse(settings)
      try Self.checkComparable(path, argument, old, settings)
      try Self.addRungs(path, argument, old, &settings)
      settings.space = argument.text
      settings.strategy = argument.space.file.search.strategy
      let seeds = try SeedArguments.read(argument.space.file.seedWith, beside: path)
      try SeedArguments.check(seeds, in: argument.space, fault: .input) { "\(path), $.seed-with[\($0)]" }
      settings.seeds += seeds.filter { !settings.seeds.contains($0) }
      settings.candidates = max(settings.candidates, argument.space.file.search.candidates)
    }
    let new = try SeedArguments.read(seedWith).filter { !settings.seeds.contains($0) }
    if !new.isEmpty {
      try SeedArguments.check(new, in: try StoredSpace.parse(settings), fault: .commandLine) { _ in "--seed-with" }
      settings.seeds += new
      // They do not take the places of others.
      settings.candidates += new.count
    }
    settings.candidates = budget.candidates ?? settings.candidates
    settings.hours = try budget.hours() ?? settings.hours
    settings.coreHours = budget.coreHours ?? settings.coreHours
    return settings
  }

  /// - Throws: `Failure` if old results could not be compared with new ones.
  private static func checkComparable(
    _ path: String, _ new: SpaceArgument, _ old: Space, _ settings: RunSettings
  ) throws {
    func require(_ isSame: Bool, _ place: String, _ what: String) throws {
      guard !isSame else { return }
      throw Failure(.input, "\(path), \(place): \(what) must be those of the run, so that its results still count")
    }
    try require(new.space.file.model == old.file.model, "$.model", "the settings of the model")
    try require(new.space.file.normalize == old.file.normalize, "$.normalize", "the settings")
    try require(new.space.file.objectives == old.file.objectives, "$.objectives", "the objectives")
  }

  /// Rungs may follow those of the run.
  private static func addRungs(
    _ path: String, _ argument: SpaceArgument, _ old: Space, _ settings: inout RunSettings
  ) throws {
    let known = settings.rungs
    // What they promote may change.
    let isSame = argument.space.file.rungs.map { Rung($0.entry) }.starts(with: old.file.rungs.map { Rung($0.entry) })
    let areMeasured = zip(argument.rungs, known).allSatisfy { (pair: (any RungKind, any RungKind)) in
      isMeasured(pair.0, as: pair.1)
    }
    guard isSame, areMeasured else {
      throw Failure(
        .input, "\(path), $.rungs: the first rungs must be those of the run, so that its results still count")
    }
    settings.rungs = try argument.begin(after: known)
    settings.scale.floors += try settings.rungs.dropFirst(known.count).map { try $0.floor }
  }

  private static func isMeasured<Kind: RungKind>(_ rung: Kind, as other: any RungKind) -> Bool {
    (other as? Kind).map(rung.isMeasured) ?? false
  }
}

/// The space that a run's settings hold.
enum StoredSpace {
  static func parse(_ settings: RunSettings) throws -> Space { try Space(parsing: .init(settings.space.utf8)) }
}
