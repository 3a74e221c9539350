import ArgumentParser
import Engine
import Foundation
import LanguageModeling
import Layouts
import Reporting

struct Scale: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train layouts at several sizes for each budget of FLOPs (an IsoFLOP study).",
    discussion: """
      Sizes repeat the layout's stripe, with about one layer per 32 channels of width. For each budget those are trained \
      whose tokens per parameter lie nearest to a row around 20, each four times the one before. \
      Everything is kept in the folder, finished trainings are taken over from it and an interrupted one goes on. \
      trainings.csv holds all trainings, layout-1.csv those of the first layout and so on, as 'madsearch fit' reads them.
      """)

  @Argument(help: ArgumentHelp("The layouts, each in quotes.", valueName: "layout"))
  var layouts: [String]

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("FLOPs of a training, e.g. 1e12 3e12 1e13.", valueName: "flops"))
  var budgets: [Double] = [1e12, 3e12, 1e13]

  @Option(parsing: .unconditional, help: "Sizes for each budget.")
  var sizes = 4

  @Option(help: ArgumentHelp("A file, a folder, or a name, as in 'madsearch train'.", valueName: "name or path"))
  var corpus = NamedCorpus.standard.rawValue

  @Option(help: ArgumentHelp("Where trainings and tables are kept.", valueName: "folder"))
  var folder = "results/scaling"

  @Option(parsing: .unconditional, help: "Sequences in a step.")
  var batch = 4

  @Option(parsing: .unconditional, help: "Bytes in a sequence.")
  var length = 256

  @Option(parsing: .unconditional, help: "Peak learning rate at width 128 and 4 layers.")
  var learningRate = PerplexityPlan.standardRate

  @Option(parsing: .unconditional, help: "Seed of the initial weights and of the order of the text.")
  var seed: UInt64 = 1

  @Option(parsing: .unconditional, help: "Trainings at the same time, one thread each. Default: all cores.")
  var jobs = Parallel.coreCount

  @Flag(help: "Print what would be trained, and train nothing.")
  var dryRun = false

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--sizes", sizes, 1...100)
    try Check.range("--batch", batch, 1...65_536)
    try Check.range("--length", length, 1...65_536)
    try Check.range("--jobs", jobs, 1...1024)
    try Check.learningRate(learningRate)
    try Check.step(batch: batch, length: length)
    if budgets.isEmpty { throw ValidationError("--budgets needs a number of FLOPs") }
    for budget in budgets where !(budget >= 1e6 && budget <= 1e25) {
      throw ValidationError("--budgets must be from 1e+06 to 1e+25, found \(budget)")
    }
    if Set(budgets).count < budgets.count { throw ValidationError("--budgets must differ") }
  }

  func run() throws {
    let template = PerplexityPlan(
      dim: 1, tokens: 1, length: length, batch: batch, learningRate: learningRate, seed: seed)
    let plans = try layouts.map { word in
      try LayoutArgument([word]).use {
        try IsoFLOPPlan($0, budgets: budgets.sorted(), sizes: sizes, template: template)
      }
    }
    if dryRun { return try print(IsoFLOPReport(plans)) }
    let text = try Corpus(named: corpus)
    Interruption.install()
    let study = PerplexityStudy(
      plans.flatMap { $0.trainings.map(\.planned) }, corpus: text, folder: URL(filePath: folder), jobs: jobs)
    let results: [PerplexityResult]?
    do {
      results = try study.run(shouldStop: { Interruption.isAsked }, onProgress: { Progress.show(Self.line($0)) })
    } catch let error as PerplexityStudy.Failure {
      throw Failure(.unavailable, error.description)
    }
    Progress.clear()
    guard let results else {
      ErrorReport.print("interrupted; go on with the same command")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
    let report = IsoFLOPReport(plans, results)
    try TextFile.write(report.table.csv, to: folder + "/trainings.csv")
    for index in layouts.indices {
      try TextFile.write(report.finished(layout: index).csv, to: folder + "/layout-\(index + 1).csv")
    }
    try print(report)
  }

  private func print(_ report: IsoFLOPReport) throws {
    let table = report.table
    try StandardOutput.print(format.json ? table.json.text : format.csv ? table.csv : table.text)
  }

  private static func line(_ progress: PerplexityStudy.Progress) -> String {
    let left = progress.secondsLeft.map { ", \(Duration.text(seconds: $0)) left" } ?? ""
    return "\(Int(progress.fraction * 100)) %, \(progress.done) of \(progress.trainings) trainings\(left)"
  }
}
