import Architecture
import ArgumentParser
import Configuration
import Foundation
import LanguageModeling
import Layouts
import MADTasks
import Runs
import Statistics

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
}

/// An error that says itself how the program ends.
struct Failure: Error, CustomStringConvertible {
  let status: ExitStatus
  /// One line, and more lines if they help.
  let description: String

  init(_ status: ExitStatus, _ description: String) { (self.status, self.description) = (status, description) }
}

/// The one place where errors become messages and exit codes. A command throws `ValidationError` in `validate`, and
/// anything in `run`.
enum ErrorReport {
  /// What to say on standard error, without the program's name, or nothing; and how to end.
  static func make(_ error: any Error) -> (message: String, status: Int32) {
    switch error {
    case let failure as Failure: (failure.description, failure.status.rawValue)
    case let error as NotationError: ("layout, \(error)", ExitStatus.commandLine.rawValue)
    case is ArchitectureError, is LayerError, is HybridError, is TaskError:
      ("\(error)", ExitStatus.commandLine.rawValue)
    case let error as ConfigurationError: (error.description, ExitStatus.badInput.rawValue)
    case let error as ConfigurationErrors: (error.description, ExitStatus.badInput.rawValue)
    case let error as RunError:
      (error.description, (error.isBadInput ? ExitStatus.badInput : .unavailable).rawValue)
    case let error as CorpusError:
      (error.description, (error.isBadInput ? ExitStatus.badInput : .unavailable).rawValue)
    case let error as CorrelationStudyError: (error.description, ExitStatus.badInput.rawValue)
    case let error as PerplexityError: (error.description, ExitStatus.commandLine.rawValue)
    case let error as PerplexityStudy.Failure: (error.description, ExitStatus.unavailable.rawValue)
    case let error as ResultFile.Failure:
      (error.description, (error.isMalformed ? ExitStatus.badInput : .unavailable).rawValue)
    case let error as StandardOutputError: (error.description, ExitStatus.unavailable.rawValue)
    default: parserReport(error)
    }
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
    StandardError.write("madsearch: " + message + (message.hasSuffix("\n") ? "" : "\n"))
  }
}
