import Architecture
import ArgumentParser
import Configuration
import Foundation
import Reporting
import Search

struct BenchmarkSearch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Measure search strategies on a table of stacks that were all trained beforehand.",
    discussion: """
      The table is JSON: an object with a stack's symbols as each key, one character a symbol, and as its value an object \
      with test_acc, the accuracies of some trainings in per cent, and flops (NAS-Bench-Macro has this form). A strategy \
      asks for stacks and sees one randomly chosen training of each. Its score is the hypervolume of the true mean \
      accuracies and FLOPs of the front that it reports, over that of the table's true front.
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
    help: "Accuracy in per cent above which hypervolume counts; FLOPs count below those of the dearest stack.")
  var floor: Double = 80

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--seeds", seeds, 1...100_000)
    try Check.range("--evaluations", evaluations, 1...2000)
    try Check.range("--batch", batch, 1...1000)
    guard (0..<100).contains(floor) else {
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
    let domain = try readTable()
    guard let benchmark = SearchBenchmark(domain, checkpoints: checkpoints, batch: batch, floor: floor) else {
      throw Failure(
        .badInput,
        "\(table): no stack has a mean accuracy above \(NumberText.exact(floor)) per cent and fewer FLOPs than the dearest"
      )
    }
    let kinds = strategy.isEmpty ? StrategyKind.allCases : try strategy.map(Self.strategy)
    var rows: [[Table.Cell]] = []
    for kind in kinds {
      var runs: [[Double]] = []
      for seed in 1...seeds {
        Progress.show("searching with \(kind.rawValue), seed \(seed) of \(seeds)")
        runs.append(benchmark.run(kind, seed: UInt64(seed)))
      }
      rows += Self.rows(kind, runs, checkpoints)
    }
    Progress.clear()
    try StandardOutput.print(written(rows))
  }

  /// - Throws: `Failure` with the file's name and the JSON path of what is wrong.
  private func readTable() throws -> TableDomain {
    let text = try TextFile.read(table, limit: Self.largestTable)
    do {
      return try TableDomain(parsing: Data(text.utf8))
    } catch let error as ConfigurationErrors {
      let (shown, more) = (error.errors.prefix(5), error.errors.count - 5)
      let lines = shown.map { "\(table): \($0)" } + (more > 0 ? ["and \(more) more"] : [])
      throw Failure(.badInput, lines.joined(separator: "\n"))
    } catch let error as ConfigurationError {
      throw Failure(.badInput, "\(table): \(error)")
    }
  }

  private static func rows(_ kind: StrategyKind, _ runs: [[Double]], _ checkpoints: [Int]) -> [[Table.Cell]] {
    checkpoints.indices.compactMap { index in
      // A search that ran out of new stacks has no score beyond.
      let shares = runs.compactMap { index < $0.count ? $0[index] : nil }
      guard !shares.isEmpty else { return nil }
      let count = Double(shares.count)
      let mean = shares.reduce(0, +) / count
      let squares = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = shares.count > 1 ? (squares / (count - 1) / count).squareRoot() : nil
      return [
        .text(kind.rawValue), .integer(checkpoints[index]), .number(mean, decimals: 4),
        error.map { .number($0, decimals: 4) } ?? .nothing, .integer(shares.count),
      ]
    }
  }

  private func written(_ rows: [[Table.Cell]]) -> String {
    var table = Table([
      .init("strategy", "strategy"), .init("evaluations", "evaluations"), .init("hypervolumeShare", "hypervolume"),
      .init("standardError", "std. error"), .init("seeds", "seeds"),
    ])
    for row in rows { table.add(row) }
    if format.json { return JSON.object([("rows", table.json)]).text }
    return format.csv ? table.csv : table.text
  }
}
