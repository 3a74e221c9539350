import ArgumentParser
import Engine
import Foundation
import Layouts
import MADTasks

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Score a layout on the MAD tasks.")

  @Argument(help: "The layout, e.g. 'attention swiglu mamba swiglu'.")
  var layout: String

  @Option(name: .customLong("protocol"), help: "screen, mad, full, or a JSON file of the same form.")
  var protocolName = "screen"

  @Option(help: "A result file: finished trainings are kept there, and taken over from there.")
  var save: String?

  @Option(help: "Trainings at the same time, one thread each.")
  var jobs = Parallel.coreCount

  @Option(help: "Seed of the data, the initial weights and the order of the examples.")
  var seed: UInt64 = 1

  func run() throws {
    let layout = try Layout(parsing: layout)
    let definition: ScoringProtocol
    if let builtIn = ScoringProtocol.builtIn.first(where: { $0.name == protocolName }) {
      definition = builtIn
    } else {
      definition = try JSONDecoder().decode(ScoringProtocol.self, from: Data(contentsOf: URL(filePath: protocolName)))
    }
    let evaluation = Evaluation(layout, plans: try definition.plans(seed: seed), jobs: jobs)
    let file = save.map { ResultFile(URL(filePath: $0)) }
    let results = try evaluation.run(
      finished: try file?.read() ?? [], onResult: { try file?.append($0) })
    let card = ScoreCard(layout: layout.canonical, results: results, measure: definition.measure, accuracy: .pooled)
    for task in card.tasks {
      for setting in task.settings {
        print(setting.setting, setting.score, setting.statuses[0].rawValue, setting.seconds)
      }
    }
    print("score", card.score, "seconds", card.seconds)
  }
}
