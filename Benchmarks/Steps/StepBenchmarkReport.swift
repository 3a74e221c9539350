import Reporting

/// What `benchmark step` prints: a row a measurement.
public struct StepBenchmarkReport: Report {
  private let results: [StepBenchmark.Result]

  public init(_ results: [StepBenchmark.Result]) { self.results = results }

  public var parts: [ReportPart] {
    let columns: [Column<StepBenchmark.Result>] = [
      Column("primitive") { .text($0.primitive) }, Column("setting") { .text($0.setting) },
      Column("mode") { .text($0.mode) }, Column("threads") { .integer($0.threads) },
      Column("msPerStep", "ms/step") { .number($0.msPerStep, decimals: 2) },
      Column("tokensPerSecond", "tokens/s") { .number($0.tokensPerSecond, decimals: 0) },
      Column("gflops", "GFLOP/s") { .number($0.gflops) },
      Column("peakGFLOPS", "peak GFLOP/s") { .number($0.peakGFLOPS) },
      Column("peakShare", "share of peak") { .number($0.peakShare, decimals: 3) },
      Column("peakMemoryBytes", in: .programs) { .integer($0.peakMemoryBytes) },
      Column("memory", "memory MB", in: .text) { .number(Double($0.peakMemoryBytes) / 1e6) },
    ]
    return [.table("rows", Table(columns, results))]
  }
}
