import ArgumentParser
import Engine
import Foundation
import LanguageModeling
import Layouts
import Reports
import Text

struct Scale: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train layouts at several sizes for each budget of FLOPs (an IsoFLOP study).",
    discussion: """
      Sizes repeat the layout's stripe, with about one layer per 32 channels of width. For each budget those are trained \
      whose tokens per parameter lie nearest to a row around 20, each four times the one before. \
      Everything is kept in the folder, finished trainings are taken over from it and an interrupted one goes on. \
      trainings.csv holds all trainings, layout-1.csv those of the first layout and so on, as 'madsearch fit' reads them.

      Then come, with 95 % intervals, for each layout the compute-optimal and the state-optimal sizes, their laws over \
      budgets and the loss at --target; for each layout but the baseline the loss, the perplexity and the needed compute \
      beside the baseline's; and the models past the optimum. --csv prints the trainings alone.
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

  @Option(parsing: .unconditional, help: "Seed of the initial weights, of the order of the text, and of the bootstrap.")
  var seed: UInt64 = 1

  @Option(parsing: .unconditional, help: "Trainings at the same time, one thread each. Default: all cores.")
  var jobs = Parallel.coreCount

  @Option(
    help: ArgumentHelp(
      "Compare with this: the name of a known hybrid, e.g. transformer++, or a layout; trained like the others.",
      valueName: "name or layout"))
  var baseline: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Say what loss to expect at this compute; may be repeated. Default: ten times the largest budget.",
      valueName: "flops"))
  var target: [Double] = []

  @Flag(
    help: """
      Train each layout's model of the optimal size at the smallest budget, which costs least, on 4 and 16 times the \
      optimal tokens per parameter too. Costs about 20 times that budget for each layout.
      """)
  var pastOptimum = false

  @Option(parsing: .unconditional, help: "Bootstrap draws for the 95 % intervals; 0 for none.")
  var bootstrap = 1000

  @Flag(help: "Print what would be trained, and train nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Draw each layout's losses over parameters with the parabola of each budget to this SVG file.", valueName: "file")
  )
  var svg: String?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--sizes", sizes, 1...100)
    try Check.range("--batch", batch, 1...65_536)
    try Check.range("--length", length, 1...65_536)
    try Check.range("--jobs", jobs, 1...1024)
    try Check.learningRate(learningRate)
    try Check.step(batch: batch, length: length)
    try Check.drawing("--svg", svg)
    if budgets.isEmpty { throw ValidationError("--budgets needs a number of FLOPs") }
    for budget in budgets where !(budget >= 1e6 && budget <= 1e25) {
      throw ValidationError("--budgets must be from 1e+06 to 1e+25, found \(budget)")
    }
    if Set(budgets).count < budgets.count { throw ValidationError("--budgets must differ") }
    for target in target where !(target > 0 && target.isFinite) {
      throw ValidationError("--target must be above 0, found \(NumberText.exact(target))")
    }
    try Check.range("--bootstrap", bootstrap, 0...1_000_000)
  }

  func run() throws {
    let (plans, baseline) = try readPlans()
    let settings = FitReport.Settings(
      targets: target.isEmpty ? [10 * (budgets.max() ?? 0)] : target, tolerance: 0, delta: 1e-3, repeats: bootstrap,
      seed: seed)
    if dryRun { return try printPlan(plans, baseline, settings) }
    let text = try Corpus(named: corpus)
    Interruption.install()
    let results = try train(plans.flatMap { $0.trainings.map(\.planned) }, on: text)
    let trainings = IsoFLOPReport(plans, results)
    try TextFile.write(trainings.table.csv, to: folder + "/trainings.csv")
    for index in plans.indices {
      try TextFile.write(trainings.finished(layout: index).csv, to: folder + "/layout-\(index + 1).csv")
    }
    Progress.show("fitting")
    let scaled = ScaledLayout.all(plans, results, baseline: baseline, settings)
    let past = pastOptimum ? try trainPastOptimum(scaled, on: text) : nil
    let report = ScaleReport(trainings.table, scaled, past: past, targets: settings.targets)
    Progress.clear()
    try draw(scaled)
    try format.print(report)
  }

  /// The plans of the layouts, last that of a baseline that is not among them; and the index of the baseline.
  private func readPlans() throws -> (plans: [IsoFLOPPlan], baseline: Int?) {
    let template = PerplexityPlan(
      dim: 1, tokens: 1, length: length, batch: batch, learningRate: learningRate, seed: seed)
    func plan(_ argument: LayoutArgument) throws -> IsoFLOPPlan {
      try argument.use { try IsoFLOPPlan($0, budgets: budgets.sorted(), sizes: sizes, template: template) }
    }
    var plans = try layouts.map { try plan(LayoutArgument([$0])) }
    for (index, one) in plans.enumerated() {
      guard let other = plans[..<index].firstIndex(where: { $0.stripe == one.stripe }) else { continue }
      throw Failure(.commandLine, "layouts \(other + 1) and \(index + 1) are the same in a study, \(one.stripe)")
    }
    guard let baseline else { return (plans, nil) }
    let other: IsoFLOPPlan
    do {
      other = try plan(BaselineArgument.read(baseline))
    } catch let error as PerplexityError {
      throw Failure(.commandLine, "--baseline: \(error)")
    }
    let index = plans.firstIndex { $0.stripe == other.stripe } ?? plans.count
    if index == plans.count { plans.append(other) }
    guard plans.count > 1 else {
      throw Failure(.commandLine, "--baseline: the only layout is the baseline, there is nothing to compare")
    }
    return (plans, index)
  }

  /// One file, or with several layouts one a layout, `NAME-1.svg` and so on.
  private func draw(_ layouts: [ScaledLayout]) throws {
    guard let svg else { return }
    for layout in layouts {
      let number = layouts.count > 1 ? "-\(layout.number)" : ""
      try TextFile.write(layout.chart.svg, to: svg.dropLast(".svg".count) + number + ".svg")
    }
  }

  private func trainPastOptimum(_ layouts: [ScaledLayout], on text: Corpus) throws -> PastOptimum {
    var past = try PastOptimum(layouts)
    past.add(try train(past.trainings.map(\.training.planned), on: text, "past the optimum: "))
    try TextFile.write(past.table.csv, to: folder + "/past-optimum.csv")
    return past
  }

  /// - Throws: an exit code if it was interrupted.
  private func train(
    _ trainings: [PlannedTraining], on text: Corpus, _ stage: String = ""
  ) throws -> [PerplexityResult] {
    let study = PerplexityStudy(trainings, corpus: text, folder: URL(filePath: folder), jobs: jobs)
    let results = try study.run(
      shouldStop: { Interruption.isAsked }, onProgress: { Progress.show(stage + Self.line($0)) })
    Progress.clear()
    guard let results else {
      ErrorReport.print("interrupted; go on with the same command")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
    return results
  }

  // MARK: dry run

  private func printPlan(_ plans: [IsoFLOPPlan], _ baseline: Int?, _ settings: FitReport.Settings) throws {
    let table = IsoFLOPReport(plans).table
    let past = pastOptimum ? try knownOptima(plans, baseline, settings) : nil
    let most = PastOptimum.mostFLOPs(layouts: plans.count, budget: budgets.min() ?? 0)
    try format.print(ScalePlanReport(table, past: past, mostFLOPs: pastOptimum ? past?.flops ?? most : nil))
  }

  /// What would be trained past the optimum; nil unless the folder holds all trainings that the optima follow from.
  private func knownOptima(
    _ plans: [IsoFLOPPlan], _ baseline: Int?, _ settings: FitReport.Settings
  ) throws -> PastOptimum? {
    guard let text = try? Corpus(named: corpus) else { return nil }
    let trainings = plans.flatMap { $0.trainings.map(\.planned) }
    let known = PerplexityStudy(trainings, corpus: text, folder: URL(filePath: folder), jobs: jobs).known
    let results = known.compactMap(\.self)
    guard results.count == trainings.count else { return nil }
    return try PastOptimum(ScaledLayout.all(plans, results, baseline: baseline, settings))
  }

  private static func line(_ progress: PerplexityStudy.Progress) -> String {
    let left = progress.secondsLeft.map { ", \(Duration.text(seconds: $0)) left" } ?? ""
    return "\(Int(progress.fraction * 100)) %, \(progress.done) of \(progress.trainings) trainings\(left)"
  }
}
