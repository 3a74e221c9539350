import ArgumentParser
import Reporting
import Search

struct ListStrategies: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategies", abstract: "Print the search strategies with their sources.")

  @OptionGroup var format: OutputFormat

  func run() throws {
    var table = Table([
      .init("name", "strategy"), .init("default", "default"), .init("summary", "what it does"),
      .init("source", "source"),
    ])
    for kind in StrategyKind.allCases {
      table.add([
        .text(kind.rawValue), .text(kind == .standard ? "yes" : "no"), .text(kind.summary), .text(kind.source),
      ])
    }
    try StandardOutput.print(format.json ? table.json.text : format.csv ? table.csv : table.text)
  }
}
