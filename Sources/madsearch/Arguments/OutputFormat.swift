import ArgumentParser
import Reporting

/// `--json` and `--csv`, for every command that prints a table.
struct OutputFormat: ParsableArguments {
  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print comma-separated values.")
  var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("--json and --csv exclude each other") }
  }

  var form: Forms { json ? .json : csv ? .csv : .text }

  /// Prints a report in the form that was asked for. For people who would have nothing to read, why is said on standard
  /// error.
  func print(_ report: some Report) throws {
    if json { return try StandardOutput.print(report.json.text) }
    if csv { return try StandardOutput.print(report.csv) }
    if let shortfall = report.shortfall { return ErrorReport.print(shortfall) }
    try StandardOutput.print(report.text)
  }
}

/// Checks of numbers on the command line.
enum Check {
  static func range(_ option: String, _ value: Int, _ range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ValidationError("\(option) must be from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
  }

  /// A step of a training on text must fit into memory.
  static func step(batch: Int, length: Int) throws {
    guard batch * length <= 1 << 24 else {
      throw ValidationError("--batch times --length must be at most \(1 << 24), found \(batch * length)")
    }
  }

  /// Drawings are SVG, whatever the file is called: another ending would mislead.
  static func drawing(_ option: String, _ file: String?) throws {
    guard let file, !file.lowercased().hasSuffix(".svg") else { return }
    throw ValidationError("\(option) writes SVG: the file must end in .svg, found '\(file)'")
  }

  static func learningRate(_ rate: Double) throws {
    guard rate > 0, rate <= 10 else {
      throw ValidationError("--learning-rate must be above 0 and at most 10, found \(rate)")
    }
  }
}
