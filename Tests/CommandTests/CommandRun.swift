import Foundation

/// One run of the program, as a user would start it.
struct CommandRun {
  let status: Int32
  let output: String
  let errors: String

  /// Runs `madsearch` with arguments.
  init(_ arguments: String...) throws { try self.init(arguments) }

  init(_ arguments: [String]) throws {
    try self.init(executable: Self.program, arguments)
  }

  /// Runs a line of shell in which `$madsearch` is the program; its status is that of the first command that fails.
  init(shell line: String) throws {
    try self.init(
      executable: URL(fileURLWithPath: "/bin/bash"),
      ["-c", "set -o pipefail; madsearch='\(Self.program.path)'; \(line)"])
  }

  /// The program lies beside the tests.
  private static var program: URL {
    let tests = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent("madsearch")
  }

  private init(executable: URL, _ arguments: [String]) throws {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = executable
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // Messages are short and fit into the pipe while the data are read.
    self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    self.errors = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
  }
}
