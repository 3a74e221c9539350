import ArgumentParser
import Engine
import Foundation
import Layouts
import Reporting
import StepBenchmarks
import Text

struct BenchmarkScaling: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Measure how the cost of one layout grows with width, length and depth.",
    discussion: """
      Trains the layout at every width, length and depth of the lists, one of the three changed at a time and the others \
      at the base. The last column is the time per token and layer over that of the axis's first row: 1 all along a linear \
      axis.
      """)

  @Argument(help: LayoutArgument.help) var layout: [String] = ["attention swiglu"]

  @Option(help: "Widths, with commas between them.") var widths = "32,64,128,256,512"
  @Option(help: "Lengths, with commas between them.") var lengths = "64,128,256,512,1024,2048,4096,8192"
  @Option(help: "Numbers of layers, with commas between them.") var depths = "2,4,8,16,32"

  @Option(parsing: .unconditional, help: "Width while another axis is measured.") var width = 64
  @Option(parsing: .unconditional, help: "Length while another axis is measured.") var length = 128
  @Option(parsing: .unconditional, help: "Layers while another axis is measured.") var depth = 4
  @Option(parsing: .unconditional, help: "Threads.") var threads: Int = Parallel.coreCount
  @Option(parsing: .unconditional, help: "Seconds to measure each.") var seconds: Double = 1

  @OptionGroup var format: OutputFormat

  private static let ranges: [ScalingBenchmark.Axis: ClosedRange<Int>] = [
    .width: 1...4096, .length: 1...65_536, .depth: 1...256,
  ]

  func validate() throws {
    try Check.range("--width", width, 1...4096)
    try Check.range("--length", length, 1...65_536)
    try Check.range("--depth", depth, 1...256)
    try Check.range("--threads", threads, 1...1024)
    guard seconds.isFinite, seconds > 0, seconds <= 86_400 else {
      throw ValidationError("--seconds must be more than 0 and at most 86400, found \(NumberText.exact(seconds))")
    }
    for axis in ScalingBenchmark.Axis.allCases { _ = try values(axis) }
  }

  /// The numbers of an axis's list.
  private func values(_ axis: ScalingBenchmark.Axis) throws -> [Int] {
    let (option, text) =
      switch axis {
      case .width: ("--widths", widths)
      case .length: ("--lengths", lengths)
      case .depth: ("--depths", depths)
      }
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    if words == [""] { return [] }
    return try words.map { word in
      guard let value = Int(word) else {
        throw ValidationError("\(option) must be whole numbers with commas between them, found '\(word)'")
      }
      if let range = Self.ranges[axis] { try Check.range(option, value, range) }
      return value
    }
  }

  func run() throws {
    let base = ScalingBenchmark.Point(dim: width, time: length, layers: depth)
    let benchmark = ScalingBenchmark(base: base, threads: threads, seconds: seconds)
    let rows = try LayoutArgument(layout).use { layout in
      // All sizes first: an option that does not fit one of them is said at once.
      for axis in ScalingBenchmark.Axis.allCases {
        for point in benchmark.points(axis, try values(axis)) {
          _ = try layout.makeModel(
            dim: point.dim, vocabulary: ScalingBenchmark.vocabulary, maxLength: point.time)
        }
      }
      return try ScalingBenchmark.Axis.allCases.flatMap { axis in
        try benchmark.run(axis, try values(axis), stripe: layout.stripe) { point in
          Progress.show("measuring width \(point.dim), length \(point.time), \(point.layers) layers")
        }
      }
    }
    Progress.clear()
    try StandardOutput.print(try written(rows))
  }

  private func written(_ rows: [ScalingBenchmark.Row]) throws -> String {
    if format.json {
      struct Output: Encodable { let rows: [ScalingBenchmark.Row] }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return String(decoding: try encoder.encode(Output(rows: rows)), as: UTF8.self)
    }
    var table = Table([
      .init("axis", "axis"), .init("width", "width"), .init("length", "length"), .init("layers", "layers"),
      .init("tokensPerSecond", "tokens/s"), .init("gflops", "GFLOP/s"), .init("peakShare", "share of peak"),
      .init("memoryBytes", "memory MB"), .init("costRatio", "× of linear"),
    ])
    for row in rows {
      table.add([
        .text(row.axis.rawValue), .integer(row.dim), .integer(row.time), .integer(row.layers),
        .number(row.tokensPerSecond, decimals: 0), .number(row.gflops), .number(row.peakShare, decimals: 3),
        format.csv ? .integer(row.memoryBytes) : .number(Double(row.memoryBytes) / 1e6),
        .number(row.costRatio, decimals: 2),
      ])
    }
    return format.csv ? table.csv : table.text
  }
}
