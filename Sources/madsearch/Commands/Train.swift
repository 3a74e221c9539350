import ArgumentParser
import Engine
import Foundation
import LanguageModeling
import Layouts
import Reporting
import Reports
import Text
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a layout as a language model on text and measure its held-out loss.",
    discussion: """
      Tokens are bytes. A tenth of the corpus, chosen by the content of its blocks, is held out. With --checkpoint an \
      interrupted training goes on exactly where it was when the same command is given again. Ctrl-C writes the \
      checkpoint and ends, a second one ends at once.
      """)

  @Argument(help: LayoutArgument.help)
  var layout: [String]

  @Option(
    help: ArgumentHelp(
      "A file, a folder, or one of "
        + NamedCorpus.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: ", ")
        + ", which scripts/install-corpus installs.", valueName: "name or path"))
  var corpus = NamedCorpus.standard.rawValue

  @Option(parsing: .unconditional, help: "Width of the model.")
  var dim = 128

  @Option(parsing: .unconditional, help: "Bytes to train on, rounded up to whole steps.")
  var tokens = 2_000_000

  @Option(parsing: .unconditional, help: "Sequences in a step.")
  var batch = 4

  @Option(parsing: .unconditional, help: "Bytes in a sequence.")
  var length = 256

  @Option(
    parsing: .unconditional,
    help: "Peak learning rate at width \(LearningRateRule.referenceDim) and \(LearningRateRule.referenceLayers) layers."
  )
  var learningRate = PerplexityPlan.standardRate

  @Option(help: "How the rate changes with width and depth: transfer (by width and depth) or same.")
  var rateRule: LearningRateRule = .transfer

  @Option(parsing: .unconditional, help: "Seed of the initial weights and of the order of the text.")
  var seed: UInt64 = 1

  @Option(parsing: .unconditional, help: "Threads that share a batch. Default: all cores.")
  var threads = Parallel.coreCount

  @Option(help: ArgumentHelp("Keep the training in this file (safetensors), and go on from it.", valueName: "file"))
  var checkpoint: String?

  @Option(parsing: .unconditional, help: "Steps between checkpoints. Default: twenty in all.")
  var checkpointEvery: Int?

  @Option(
    help: ArgumentHelp("Write the loss curve to this file, JSON if it ends so, else CSV.", valueName: "file"))
  var curve: String?

  @Option(help: ArgumentHelp("Draw the loss over the tokens to this SVG file.", valueName: "file"))
  var svg: String?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--dim", dim, 1...8192)
    try Check.range("--tokens", tokens, 1...1_000_000_000_000)
    try Check.range("--batch", batch, 1...65_536)
    try Check.range("--length", length, 1...65_536)
    try Check.range("--threads", threads, 1...1024)
    try Check.learningRate(learningRate)
    try Check.step(batch: batch, length: length)
    try Check.drawing("--svg", svg)
    if let checkpointEvery {
      try Check.range("--checkpoint-every", checkpointEvery, 1...1_000_000_000)
      if checkpoint == nil { throw ValidationError("--checkpoint-every needs --checkpoint") }
    }
  }

  func run() throws {
    let argument = try LayoutArgument(layout)
    let text = try Corpus(named: corpus)
    let plan = PerplexityPlan(
      dim: dim, tokens: tokens, length: length, batch: batch, learningRate: learningRate, rateRule: rateRule,
      seed: seed)
    let run = try argument.use { try PerplexityRun($0, plan: plan, corpus: text, threads: threads) }
    for file in [curve, svg] { if let file { try TextFile.requireWritable(file) } }
    try goOn(run)
    Interruption.install()
    let progress = TrainingProgress()
    let result = try run.run(
      checkpointEvery: checkpointEvery ?? max(1, plan.steps / 20), onCheckpoint: keep,
      shouldStop: { Interruption.isAsked }, onProgress: progress.show)
    Progress.clear()
    guard let result else {
      let place = "interrupted after \(run.step) of \(plan.steps) steps; "
      ErrorReport.print(
        place + (checkpoint == nil ? "nothing is kept without --checkpoint" : "go on with the same command"))
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
    let report = PerplexityReport(result)
    if let curve {
      try TextFile.write(curve.hasSuffix(".json") ? report.curve.json.text : report.curve.csv, to: curve)
    }
    if let svg { try TextFile.write(LineChart(result).svg, to: svg) }
    try format.print(report)
  }

  /// Takes the checkpoint over if there is one, or else begins it, which shows before anything is trained that it can be
  /// written.
  private func goOn(_ run: PerplexityRun) throws {
    guard let checkpoint else { return }
    guard FileManager.default.fileExists(atPath: checkpoint) else { return try keep(run.checkpoint) }
    do {
      try run.restore(Checkpoint(contentsOf: URL(filePath: checkpoint)))
    } catch {
      throw Failure(.input, "\(checkpoint): \(error)")
    }
    ErrorReport.print("going on after \(run.step) of \(run.plan.steps) steps")
  }

  private func keep(_ state: Checkpoint) throws {
    guard let checkpoint else { return }
    do {
      try state.write(to: URL(filePath: checkpoint))
    } catch {
      throw Failure(.machine, "\(checkpoint) \(error)")
    }
  }
}

extension LearningRateRule: ExpressibleByArgument {}

/// The loss as it goes: a line that is written over on a terminal, a line per test elsewhere.
private final class TrainingProgress {
  private var shown: (step: Int, time: Date) = (0, .distantPast)

  func show(_ progress: PerplexityRun.Progress) {
    let isNew = progress.point.map { $0.step == progress.step } ?? false
    guard Progress.isTerminal ? Date().timeIntervalSince(shown.time) > 0.1 : isNew else { return }
    shown = (progress.step, Date())
    func nats(_ loss: Double) -> String { NumberText.fixed(loss, decimals: 3) }
    let loss = isNew ? progress.point?.loss ?? progress.loss : progress.loss
    let heldOut = progress.point.map { ", held-out \(nats($0.heldOut))" } ?? ""
    let line =
      "step \(progress.step) of \(progress.steps), loss \(nats(loss))\(heldOut) nats per byte, "
      + "\(Duration.text(seconds: progress.secondsLeft)) left"
    if Progress.isTerminal { Progress.show(line) } else { ErrorReport.print(line) }
  }
}
