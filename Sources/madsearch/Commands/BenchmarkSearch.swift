import Architecture
import ArgumentParser
import Configuration
import Foundation
import Search
import SearchBenchmarks
import Text

struct BenchmarkSearch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Measure search strategies on a table of architectures that were all trained beforehand.",
    discussion: """
      The table is JSON in one of two forms. Stacks: an object with a stack's symbols as each key, one character a symbol, \
      and as its value an object with test_acc, the accuracies of some trainings in per cent, and flops (NAS-Bench-Macro has \
      this form). Layouts: what scripts/make-search-table writes, a space with the scores of its layouts.

      A strategy asks for architectures and sees one randomly chosen training of each. Its score is the hypervolume of the \
      true means of the front that it reports, over that of the table's true front. The regret is by how much the true \
      quality of what it takes to be best falls short of the table's best. A second table says how many evaluations \
      shares of the hypervolume take, to the end of a batch; searches that do not get there count as longer than all others.
      """)

  private static let largestTable = 1 << 28

  @Argument(help: "The table, a JSON file.")
  var table: String

  @Option(help: "Only this strategy; may be repeated. Default: all.")
  var strategy: [String] = []

  @Option(parsing: .unconditional, help: "Searches of each strategy, with seeds from 1 on.")
  var seeds: Int = 10

  @Option(parsing: .unconditional, help: "Evaluations of each search.")
  var evaluations: Int = 200

  @Option(parsing: .unconditional, help: "Proposals asked for at a time.")
  var batch: Int = 5

  @Option(
    parsing: .unconditional,
    help: """
      For stacks: accuracy in per cent above which hypervolume counts (default: 80); FLOPs count below those of the \
      dearest stack. A table of layouts has its own.
      """)
  var floor: Double?

  @Option(
    help: ArgumentHelp(
      "Write hypervolume and regret after each batch of each search to this CSV file.", valueName: "file"))
  var history: String?

  @Option(help: ArgumentHelp("Write the table of evaluations needed to this CSV file.", valueName: "file"))
  var needed: String?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--seeds", seeds, 1...100_000)
    try Check.range("--evaluations", evaluations, 1...2000)
    try Check.range("--batch", batch, 1...1000)
    if let floor, !(0..<100).contains(floor) {
      throw ValidationError("--floor must be at least 0 and below 100, found \(NumberText.exact(floor))")
    }
    for name in strategy { _ = try Self.strategy(name) }
  }

  private static func strategy(_ name: String) throws -> StrategyKind {
    guard let kind = StrategyKind(rawValue: name) else {
      let known = StrategyKind.allCases.map(\.rawValue)
      throw ValidationError(
        "there is no strategy '\(name)'" + suggestion(for: name, among: known, otherwise: "the strategies are"))
    }
    return kind
  }

  /// Score after these evaluations, and after the last.
  private var checkpoints: [Int] {
    [10, 20, 50, 100, 200, 300, 500, 1000].filter { $0 < evaluations } + [evaluations]
  }

  func run() throws {
    let report: SearchBenchmarkReport
    switch try readTable() {
    case .stacks(let domain):
      let floor = self.floor ?? 80
      guard let benchmark = SearchBenchmark(domain, checkpoints: checkpoints, batch: batch, floor: floor) else {
        throw Failure(
          .input,
          "\(table): no stack has a mean accuracy above \(NumberText.exact(floor)) per cent and fewer FLOPs than the "
            + "dearest")
      }
      report = try measure(benchmark)
    case .layouts(let domain):
      if floor != nil { throw Failure(.commandLine, "--floor is for stacks; \(table) says its own, the chance score") }
      guard let benchmark = SearchBenchmark(domain, checkpoints: checkpoints, batch: batch) else {
        throw Failure(.input, "\(table): no layout scores above $.chance at costs below $.limits")
      }
      report = try measure(benchmark)
    }
    if let history { try TextFile.write(report.history.csv, to: history) }
    if let needed { try TextFile.write(report.needed.csv, to: needed) }
    try format.print(report)
  }

  private func measure<Domain>(_ benchmark: SearchBenchmark<Domain>) throws -> SearchBenchmarkReport {
    // Before anything is measured: it must be possible to keep it.
    for path in [history, needed] { if let path { try TextFile.write("", to: path) } }
    var report = SearchBenchmarkReport(checkpoints: checkpoints)
    for kind in strategy.isEmpty ? StrategyKind.allCases : try strategy.map(Self.strategy) {
      let histories = (1...seeds).map { seed in
        Progress.show("searching with \(kind.rawValue), seed \(seed) of \(seeds)")
        return benchmark.run(kind, seed: UInt64(seed))
      }
      report.add(kind, histories)
    }
    Progress.clear()
    return report
  }

  /// - Throws: `Failure` with the file's name and the JSON path of what is wrong.
  private func readTable() throws -> BenchmarkTable {
    let text = try TextFile.read(table, limit: Self.largestTable)
    do {
      return try BenchmarkTable(parsing: Data(text.utf8))
    } catch let error as ConfigurationErrors {
      let (shown, more) = (error.errors.prefix(5), error.errors.count - 5)
      let lines = shown.map { "\(table): \($0)" } + (more > 0 ? ["and \(more) more"] : [])
      throw Failure(.input, lines.joined(separator: "\n"))
    } catch let error as ConfigurationError {
      throw Failure(.input, "\(table): \(error)")
    }
  }
}
