import Foundation
import StepBenchmarks
import Testing

@Suite("benchmark", .serialized)
struct BenchmarkTests {
  static let arguments = [
    "benchmark", "--primitive", "swiglu", "--setting", "small", "--threads", "1", "--seconds", "0.01",
  ]

  @Test("JSON has a row a measurement")
  func json() throws {
    struct Output: Decodable { let rows: [StepBenchmark.Result] }
    let outcome = try Program.run(Self.arguments + ["--mode", "one-job", "--mode", "job-per-core", "--json"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    let rows = try JSONDecoder().decode(Output.self, from: Data(outcome.output.utf8)).rows
    #expect(rows.map(\.mode) == ["one-job", "job-per-core"])
    #expect(rows.allSatisfy { $0.primitive == "swiglu" && $0.setting == "small" && $0.threads == 1 })
    #expect(rows.allSatisfy { $0.msPerStep > 0 && $0.gflops > 0 && $0.peakShare > 0 && $0.peakMemoryBytes >= 0 })
  }

  @Test("the table and CSV")
  func tables() throws {
    let text = try Program.run(Self.arguments).output.split(separator: "\n")
    #expect(text.count == 2)
    #expect(text[0].hasPrefix("primitive  setting  mode     threads  ms/step"))
    let csv = try Program.run(Self.arguments + ["--csv"]).output.split(separator: "\n")
    #expect(
      csv[0] == "primitive,setting,mode,threads,msPerStep,tokensPerSecond,gflops,peakGFLOPS,peakShare,peakMemoryBytes")
    #expect(csv[1].hasPrefix("swiglu,small,one-job,1,"))
  }
}
