import Foundation
import TestSupport

/// The built `madsearch`, run as a user runs it.
struct Program {
  struct Outcome {
    let status: Int32
    /// Whether the program ended by itself, not by a signal.
    let isExit: Bool
    let output, errors: String

    /// The messages on standard error.
    var lines: [String] { errors.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
  }

  /// Beside the tests' own program.
  static let url: URL =
    (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "madsearch")

  static func process(_ arguments: [String]) -> Process { process(url, arguments) }

  private static func process(_ executable: URL, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs the program to its end.
  static func run(_ arguments: [String]) throws -> Outcome { try outcome(of: process(arguments)) }

  static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// Runs a line of shell in which `$madsearch` is the program; its status is that of the first command that fails.
  static func shell(_ line: String) throws -> Outcome {
    try outcome(
      of: process(
        URL(filePath: "/bin/bash"),
        ["-c", "set -o pipefail; madsearch='\(url.path(percentEncoded: false))'; \(line)"]))
  }

  private static func outcome(of process: Process) throws -> Outcome {
    let folder = try TemporaryFolder()
    let (output, errors) = (try folder.handle("output"), try folder.handle("errors"))
    process.standardOutput = output.handle
    process.standardError = errors.handle
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, isExit: process.terminationReason == .exit,
      output: try String(contentsOf: output.url, encoding: .utf8),
      errors: try String(contentsOf: errors.url, encoding: .utf8))
  }
}

typealias TemporaryFolder = TestSupport.TemporaryFolder
