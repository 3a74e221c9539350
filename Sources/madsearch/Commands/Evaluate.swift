import ArgumentParser
import Engine
import Foundation
import Layouts
import MADTasks
import Reporting
import Reports
import Text

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a layout on the MAD tasks and print its scores.",
    discussion: """
      Each setting of each task is trained on its own; its score is the best of the protocol's sweep. The MAD score is \
      the mean over tasks of the mean over settings. The cap is the best accuracy that the training data allow. With \
      --save an interrupted evaluation goes on where it was.
      """)

  @Argument(help: LayoutArgument.help)
  var layout: [String]

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "screen (a third of a core-minute), mad (three core-minutes), full (MAD's own: weeks), or a JSON file of the form that "
        + "--print-protocol prints.", valueName: "name or file"))
  var protocolName = "screen"

  @Option(
    help: ArgumentHelp(
      "Only this task, or this setting, e.g. 'selective-copying(length=128)'; may be repeated.", valueName: "task"))
  var task: [String] = []

  @Option(parsing: .unconditional, help: "Width of the model instead of the protocol's.")
  var dim: Int?

  @Option(parsing: .unconditional, help: "Steps of each training instead of the protocol's.")
  var steps: Int?

  @Option(
    parsing: .unconditionalSingleValue,
    help: "Learning rate instead of the protocol's; may be repeated, the best one counts.")
  var learningRate: [Double] = []

  @Option(parsing: .unconditional, help: "Trainings of each kind with different seeds instead of the protocol's.")
  var replicates: Int?

  @Option(help: "final (test accuracy at the end) or curve (mean of all tests) instead of the protocol's.")
  var measure: ScoringProtocol.Measure?

  @Option(help: "pooled (share of the test positions) or macro (as MAD's public code counts; final only).")
  var accuracy: Accuracy.Kind = .pooled

  @Option(parsing: .unconditional, help: "Seed of the data, the initial weights and the order of the examples.")
  var seed: UInt64 = 1

  @Option(parsing: .unconditional, help: "Trainings at the same time, one thread each. Default: all cores.")
  var jobs = Parallel.coreCount

  @Option(help: ArgumentHelp("Keep finished trainings in this file, and take them over from it.", valueName: "file"))
  var save: String?

  @Option(
    help: ArgumentHelp("Write the learning curves to this file, JSON if it ends so, else CSV.", valueName: "file"))
  var curves: String?

  @Flag(help: "Print the protocol as JSON and train nothing.")
  var printProtocol = false

  @Option(
    help: ArgumentHelp("Draw the test accuracy over the steps of each training to this SVG file.", valueName: "file"))
  var svg: String?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--jobs", jobs, 1...1024)
    try Check.drawing("--svg", svg)
    if let dim { try Check.range("--dim", dim, 1...16_384) }
    if let steps { try Check.range("--steps", steps, 1...10_000_000) }
    if let replicates { try Check.range("--replicates", replicates, 1...100) }
    for rate in learningRate { try Check.learningRate(rate) }
  }

  func run() throws {
    let definition = try adjustedProtocol()
    if printProtocol { return try StandardOutput.print(String(decoding: definition.json(), as: UTF8.self)) }
    let argument = try LayoutArgument(layout)
    let results = try argument.use { layout in try train(layout, definition) }
    Progress.clear()
    if let curves { try write(results, to: curves) }
    if let svg { try TextFile.write(LineChart(results, layout: argument.layout.canonical).svg, to: svg) }
    let card = ScoreCard(
      layout: argument.layout.canonical, results: results, measure: definition.measure, accuracy: accuracy)
    let report = ScoreReport(card, protocolName: definition.name, results: results)
    try format.print(report)
  }

  private func adjustedProtocol() throws -> ScoringProtocol {
    var definition: ScoringProtocol
    if let builtIn = ScoringProtocol.builtIn.first(where: { $0.name == protocolName }) {
      definition = builtIn
    } else if protocolName.hasSuffix(".json") {
      do {
        definition = try ScoringProtocol(parsing: TextFile.read(protocolName, limit: 1 << 20))
      } catch let error where !(error is Failure) {
        throw Failure(.input, "\(protocolName), \(error)")
      }
    } else {
      let known = ScoringProtocol.builtIn.map(\.name).joined(separator: ", ")
      throw ValidationError("there is no protocol '\(protocolName)'; the protocols are \(known), or a .json file")
    }
    if !task.isEmpty {
      definition.settings = try task.flatMap { text in
        let setting = try MADTasks.setting(text)
        // A task's name alone stands for what the protocol does with it.
        let own = try definition.settings.filter {
          let known = try MADTasks.setting($0.setting)
          return text.contains("(") ? known.identity == setting.identity : type(of: known).name == text
        }
        return own.isEmpty ? [.init(setting.identity)] : own
      }
      if definition.steps == 0 { definition.steps = ScoringProtocol.mad.steps }
    }
    if let dim { definition.dim = dim }
    if let replicates { definition.replicates = replicates }
    if let measure { definition.measure = measure }
    for index in definition.settings.indices {
      if let steps { (definition.settings[index].steps, definition.settings[index].epochs) = (steps, nil) }
      if !learningRate.isEmpty { definition.settings[index].learningRates = learningRate }
    }
    return definition
  }

  private func train(_ layout: Layout, _ definition: ScoringProtocol) throws -> [TrialResult] {
    let evaluation = Evaluation(layout, plans: try definition.plans(seed: seed), jobs: jobs)
    let file = save.map { ResultFile(URL(filePath: $0)) }
    let finished = try file?.read() ?? []
    try file?.requireWritable()
    return try evaluation.run(
      finished: finished, onResult: { try file?.append($0) }, onProgress: { Progress.show(Self.line($0)) })
  }

  private static func line(_ progress: Evaluation.Progress) -> String {
    let width = 24
    let filled = Int(progress.fraction * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    let left = progress.secondsLeft.map { ", \(Duration.text(seconds: $0)) left" } ?? ""
    let percent = Int(progress.fraction * 100)
    return "[\(bar)] \(percent) %, \(progress.trialsDone) of \(progress.trials) trainings\(left)"
  }

  private func write(_ results: [TrialResult], to path: String) throws {
    let isJSON = path.hasSuffix(".json")
    try TextFile.write(isJSON ? ScoreReport.curvesJSON(results).text : ScoreReport.curvesTable(results).csv, to: path)
  }
}

extension ScoringProtocol.Measure: ExpressibleByArgument {}
extension Accuracy.Kind: ExpressibleByArgument {}
