import Architecture
import Text

/// What can be wrong with a task or a setting that somebody asks for.
public enum TaskError: ReportedError, Equatable, Sendable {
  case unknownTask(String, known: [String])
  case unknownVariable(String, task: String, known: [String])
  case invalidVariable(String, task: String, found: String, allowed: String)
  case repeatedVariable(String, task: String)
  /// Variables that are fine alone and not together.
  case unsuitable(task: String, reason: String)
  /// Text that is not of the form `task(variable=value, …)`.
  case malformed(String, reason: String)
  case tooLarge(task: String, examples: Int, length: Int)
}

extension TaskError {
  public var fault: Fault { .commandLine }

  public var description: String {
    switch self {
    case .unknownTask(let name, let known):
      "there is no task '\(name)'" + suggestion(for: name, among: known) + "; the tasks are "
        + known.joined(separator: ", ")
    case .unknownVariable(let name, let task, let known):
      "\(task) has no variable '\(name)'" + suggestion(for: name, among: known) + "; its variables are "
        + known.joined(separator: ", ")
    case .invalidVariable(let name, let task, let found, let allowed):
      "\(name) of \(task) must be \(allowed), found \(found)"
    case .repeatedVariable(let name, let task): "\(name) of \(task) is given twice"
    case .unsuitable(let task, let reason): "\(task): \(reason)"
    case .malformed(let text, let reason):
      "'\(text)' is not a task such as in-context-recall or selective-copying(length=512, copies=32): \(reason)"
    case .tooLarge(let task, let examples, let length):
      "\(task): a data set holds at most \(Dataset.mostTokens) tokens, found \(examples) examples of length \(length)"
    }
  }
}
