import ArgumentParser
import Engine
import Foundation
import Reporting
import StepBenchmarks

struct BenchmarkKernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Measure the matrix products of training steps with each library, and say which is used.",
    discussion: """
      LIBXSMM makes code for every shape at run time; OpenBLAS has one routine for all. LIBXSMM is used where it was \
      there when madsearch was built and the processor has AVX2, OpenBLAS else or with \(ProductLibrary.variable)=openblas. \
      Rates are those of one thread.
      """)

  @Option(help: "Model size: \(StepBenchmark.Setting.allCases.map(\.name).joined(separator: ", ")). May be repeated.")
  var setting: [String] = ["small", "base", "lm"]

  @OptionGroup var format: OutputFormat

  func validate() throws { for name in setting { _ = try BenchmarkStep.setting(name) } }

  func run() throws {
    try Self.run(settings: setting.map(BenchmarkStep.setting), format: format)
  }

  static func run(settings: [StepBenchmark.Setting], format: OutputFormat) throws {
    var rows: [ProductBenchmark.Row] = []
    for setting in settings {
      Progress.show("measuring the products of \(setting.name)")
      rows += ProductBenchmark(positions: Cache.positions()).run(setting)
    }
    Progress.clear()
    if format.json {
      struct Output: Encodable {
        let openblasKernels, libxsmmTarget: String
        let rows: [ProductBenchmark.Row]
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let output = Output(openblasKernels: BLAS.coreName, libxsmmTarget: ProductLibrary.libxsmmTarget, rows: rows)
      return try StandardOutput.print(String(decoding: try encoder.encode(output), as: UTF8.self))
    }
    var table = Table([
      .init("setting", "setting"), .init("use", "product"), .init("rows", "rows"), .init("columns", "columns"),
      .init("inner", "inner"), .init("openblas", "OpenBLAS GFLOP/s"), .init("libxsmm", "LIBXSMM GFLOP/s"),
      .init("chosen", "chosen"),
    ])
    for row in rows {
      table.add([
        .text(row.setting), .text(row.use.rawValue), .integer(row.rows), .integer(row.columns), .integer(row.inner),
        .number(row.openblas), row.libxsmm.map { .number($0) } ?? .nothing, .text(row.chosen),
      ])
    }
    if format.csv { return try StandardOutput.print(table.csv) }
    let libxsmm =
      ProductLibrary.isLIBXSMMUsable
      ? "LIBXSMM makes kernels for \(ProductLibrary.libxsmmTarget)" : "LIBXSMM is not built in or cannot be used here"
    try StandardOutput.print("OpenBLAS runs its \(BLAS.coreName) kernels; \(libxsmm).\n\n" + table.text)
  }
}
