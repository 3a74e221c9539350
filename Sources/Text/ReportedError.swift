/// Whose fault an error is, which decides how the program ends.
public enum Fault: Sendable, Equatable {
  /// The command line cannot be understood or asks for something impossible.
  case commandLine
  /// A file or table holds what it must not.
  case input
  /// A needed service, program, file or device is missing or does not work.
  case machine
}

/// An error that says whose fault it is; its description is the message that a user reads.
public protocol ReportedError: Error, CustomStringConvertible {
  var fault: Fault { get }
}
