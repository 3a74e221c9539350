import Architecture
import ArgumentParser
import Engine
import Foundation
import Layouts
import StepBenchmarks
import Text
import Training

struct BenchmarkStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Measure training-step time, GFLOP/s and the share of the machine's product peak, per primitive.",
    discussion: """
      A sequence mixer is measured as [mixer, swiglu] x n, a channel mixer as [attention, mixer] x n, and swiglu alone. \
      GFLOP/s count what the primitives say they compute. The peak is the best rate of matrix products that OpenBLAS \
      (1024 x 1024 x 1024) or LIBXSMM (64 x 64 x 64) reaches on as many threads, measured just before and after. Jobs on \
      one thread are timed by the processor time that they use.
      """)

  @Option(
    help: "Model size and batch: \(Self.settingNames.joined(separator: ", ")). May be repeated.")
  var setting: [String] = ["base"]

  @Option(
    help: "one-job (one training on all threads) or job-per-core (one training per core). May be repeated.")
  var mode: [String] = ["one-job"]

  @Option(help: "Only this primitive, options in notation allowed; may be repeated. Default: all.")
  var primitive: [String] = []

  @Option(parsing: .unconditional, help: "Threads.")
  var threads: Int = Parallel.coreCount

  @Option(parsing: .unconditional, help: "Seconds to measure each.")
  var seconds: Double = 2

  @OptionGroup var format: OutputFormat

  // The other benchmarks under the names of options.
  @Flag(help: .hidden) var kernels = false
  @Flag(help: .hidden) var scaling = false

  private static var settingNames: [String] { StepBenchmark.Setting.allCases.map(\.name) }

  func validate() throws {
    try Check.range("--threads", threads, 1...1024)
    guard seconds.isFinite, seconds > 0, seconds <= 86_400 else {
      throw ValidationError("--seconds must be more than 0 and at most 86400, found \(NumberText.exact(seconds))")
    }
    for name in setting { _ = try Self.setting(name) }
    for name in mode { _ = try Self.mode(name) }
  }

  static func setting(_ name: String) throws -> StepBenchmark.Setting {
    guard let setting = StepBenchmark.Setting.allCases.first(where: { $0.name == name }) else {
      throw ValidationError(
        "there is no setting '\(name)'" + suggestion(for: name, among: settingNames, otherwise: "the settings are"))
    }
    return setting
  }

  private static func mode(_ name: String) throws -> StepBenchmark.Mode {
    guard let mode = StepBenchmark.Mode(rawValue: name) else {
      let known = StepBenchmark.Mode.allCases.map(\.rawValue)
      throw ValidationError(
        "there is no mode '\(name)'" + suggestion(for: name, among: known, otherwise: "the modes are"))
    }
    return mode
  }

  func run() throws {
    let settings = try setting.map(Self.setting)
    if kernels { return try BenchmarkKernels.run(settings: StepBenchmark.Setting.allCases, format: format) }
    if scaling {
      var benchmark = try BenchmarkScaling.parse([])
      benchmark.format = format
      return try benchmark.run()
    }
    let modes = try mode.map(Self.mode)
    let primitives = try chosenPrimitives(for: settings)
    let count = settings.count * modes.count * primitives.count
    var rows: [StepBenchmark.Result] = []
    for setting in settings {
      for mode in modes {
        for (name, primitive) in primitives {
          Progress.show("measuring \(name) at \(setting.name), \(mode.rawValue) (\(rows.count + 1) of \(count))")
          let benchmark = StepBenchmark(setting: setting, mode: mode, threads: threads, seconds: seconds)
          rows.append(try benchmark.run(name, primitive))
        }
      }
    }
    Progress.clear()
    try format.print(StepBenchmarkReport(rows))
  }

  /// The primitives to measure, known to fit all settings.
  private func chosenPrimitives(
    for settings: [StepBenchmark.Setting]
  ) throws -> [(name: String, primitive: LayerPrimitive)] {
    let names = primitive.isEmpty ? Primitives.all.map { $0.specification.name } : primitive
    return try names.map { name in
      let layout = try LayoutArgument([name]).layout
      guard layout.layers.count == 1, layout.layers[0].count == 1 else {
        throw Failure(.commandLine, "--primitive expects one primitive, found '\(layout)'")
      }
      for setting in settings {
        _ = try layout.makeModel(dim: setting.dim, vocabulary: setting.vocabulary, maxLength: setting.time)
      }
      return (name, layout.layers[0][0])
    }
  }
}
