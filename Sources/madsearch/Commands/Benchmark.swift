import Architecture
import ArgumentParser
import Engine
import Foundation
import Training

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure training-step time, GFLOP/s and the share of the machine's sgemm peak, per primitive.")

  @Option(help: "Model size and batch: \(StepBenchmark.Setting.allCases.map(\.name).joined(separator: ", ")).")
  var setting: [String] = ["base"]

  @Option(help: "one-job (one training on all threads) or job-per-core (one training per core).")
  var mode: [String] = ["one-job"]

  @Option(help: "Only this primitive; may be repeated. Default: all.")
  var primitive: [String] = []

  @Option(help: "Threads. Default: all cores.")
  var threads: Int = Parallel.coreCount

  @Option(help: "Seconds to measure each.")
  var seconds: Double = 2

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let names = primitive.isEmpty ? Primitives.all.map { $0.specification.name } : primitive
    var rows: [StepBenchmark.Result] = []
    for settingName in setting {
      guard let chosen = StepBenchmark.Setting.allCases.first(where: { $0.name == settingName }) else {
        throw ValidationError("there is no setting '\(settingName)'")
      }
      for modeName in mode {
        guard let chosenMode = StepBenchmark.Mode(rawValue: modeName) else {
          throw ValidationError("there is no mode '\(modeName)'")
        }
        for name in names {
          let (type, options) = try Primitives.named(name)
          let benchmark = StepBenchmark(setting: chosen, mode: chosenMode, threads: threads, seconds: seconds)
          let row = try benchmark.run(
            name, LayerPrimitive(type: type, options: try OptionValues(options, for: type.specification)))
          rows.append(row)
          if !json {
            print(
              String(
                format: "%@ %@ %@ %.2f ms/step %.0f tokens/s %.1f GFLOP/s %.1f%% of sgemm %.1f MB", row.primitive,
                row.setting, row.mode, row.msPerStep, row.tokensPerSecond, row.gflops, row.sgemmShare * 100,
                Double(row.peakMemoryBytes) / 1e6))
          }
        }
      }
    }
    if json {
      struct Output: Encodable { let rows: [StepBenchmark.Result] }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(Output(rows: rows)), as: UTF8.self))
    }
  }
}
