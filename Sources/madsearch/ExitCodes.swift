import ArgumentParser
import Foundation
import Text

/// How the program ends.
enum ExitStatus: Int32 {
  case done = 0
  /// The command line cannot be understood or asks for something impossible.
  case commandLine = 2
  case badInput = 65
  /// A needed service or program is missing.
  case unavailable = 69
  case defect = 70
  /// By Ctrl-C; a run can be resumed.
  case interrupted = 130

  init(_ fault: Fault) {
    self =
      switch fault {
      case .commandLine: .commandLine
      case .input: .badInput
      case .machine: .unavailable
      }
  }
}

/// An error of a command.
struct Failure: ReportedError {
  let fault: Fault
  /// One line, and more lines if they help.
  let description: String

  init(_ fault: Fault, _ description: String) { (self.fault, self.description) = (fault, description) }
}

/// The one place where errors become messages and exit codes. A command throws `ValidationError` in `validate`, and
/// anything in `run`.
enum ErrorReport {
  /// What to say on standard error, without the program's name, or nothing; and how to end.
  static func make(_ error: any Error) -> (message: String, status: Int32) {
    switch error {
    case let error as any ReportedError: (error.description, ExitStatus(error.fault).rawValue)
    case is CocoaError, is POSIXError: (systemMessage(error), ExitStatus.unavailable.rawValue)
    default: parserReport(error)
    }
  }

  /// What nobody has put into words of the program's.
  private static func systemMessage(_ error: any Error) -> String {
    let file = (error as? CocoaError)?.filePath.map { $0 + ": " } ?? ""
    return file + SystemReason.text(error)
  }

  /// Errors of the argument parser, which has codes of its own, and unknown ones.
  private static func parserReport(_ error: any Error) -> (message: String, status: Int32) {
    let code = Madsearch.exitCode(for: error)
    switch code {
    case .validationFailure:
      var message = Madsearch.fullMessage(for: error)
      if message.hasPrefix("Error: ") { message.removeFirst("Error: ".count) }
      return (message, ExitStatus.commandLine.rawValue)
    case .failure where !(error is ExitCode):
      return (
        "\(Madsearch.message(for: error)) (this is a defect of madsearch, please report it)",
        ExitStatus.defect.rawValue
      )
    default: return ("", code.rawValue)
    }
  }

  /// Writes `madsearch: …` to standard error.
  static func print(_ message: String) {
    guard !message.isEmpty else { return }
    StandardError.write("madsearch: " + message.printable + (message.hasSuffix("\n") ? "" : "\n"))
  }
}
