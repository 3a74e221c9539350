import ArgumentParser
import Reporting
import Search

struct ListStrategies: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategies", abstract: "Print the search strategies with their sources.")

  @OptionGroup var format: OutputFormat

  func run() throws {
    let columns: [Column<StrategyKind>] = [
      Column("name", "strategy") { .text($0.rawValue) }, Column("default") { .flag($0 == .standard) },
      Column("summary", "what it does") { .text($0.summary) }, Column("source") { .text($0.source) },
    ]
    try format.print(Table(columns, StrategyKind.allCases))
  }
}
