import Foundation
import Text

/// What can be wrong with a run's folder.
public enum RunError: ReportedError, Equatable, Sendable {
  /// There is no run where one is expected.
  case missing(path: String)
  /// There is a run where a new one was to begin.
  case exists(path: String)
  /// Another coordinator works on the run.
  case locked(path: String, pid: Int?)
  /// The archive is no database, or a damaged one.
  case corrupt(path: String, reason: String)
  /// The archive was written by another version of the program.
  case version(path: String, found: Int, known: Int)
  case unwritable(path: String, reason: String)
  case full(path: String)
  /// A corpus has other content than when the run began.
  case corpusChanged(String)
  /// A worker process does not start.
  case noWorker(reason: String)

  public var fault: Fault {
    switch self {
    case .missing, .exists, .corrupt, .version, .corpusChanged: .input
    case .locked, .unwritable, .full, .noWorker: .machine
    }
  }

  public var description: String {
    switch self {
    case .missing(let path): "\(path) holds no run"
    case .exists(let path): "\(path) holds a run already; go on with it: \(Advice.command("resume", path))"
    case .locked(let path, let pid):
      "another madsearch works on \(path)" + (pid.map { " (process \($0))" } ?? "")
        + "; look at it with: \(Advice.command("status", path))"
    case .corrupt(let path, let reason): "\(path) is damaged: \(reason)"
    case .version(let path, let found, let known):
      "\(path) is an archive of version \(found), this program reads version \(known)"
    case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
    case .full(let path): "\(path): the disk is full; make room and resume, nothing finished is lost"
    case .corpusChanged(let corpus): "the corpus \(corpus) has other content than when the run began"
    case .noWorker(let reason): "no worker can be started: \(reason)"
    }
  }

  /// The error of a failed system call.
  static func system(_ path: String, _ code: Int32) -> RunError {
    code == ENOSPC || code == EDQUOT
      ? .full(path: path) : .unwritable(path: path, reason: String(cString: strerror(code)))
  }
}
