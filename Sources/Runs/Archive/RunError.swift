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
  /// A worker found the machine or an input at fault: no result of the layout that it was to evaluate.
  case fault(reason: String, isBadInput: Bool)
  /// A folder of a run is a link, which may lead to files that are not the run's.
  case link(path: String)

  public var fault: Fault {
    switch self {
    case .missing, .exists, .corrupt, .version, .corpusChanged, .link: .input
    case .fault(_, let isBadInput): isBadInput ? .input : .machine
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
    case .fault(let reason, _): "\(reason); nothing finished is lost, resume once this is mended"
    case .link(let path): "\(path) is a link; a run works in folders of its own only"
    }
  }

  /// What a worker says with the exit code with which it ended; nil if neither the machine nor an input is at fault.
  init?(workerStatus: Int32, words: String) {
    switch workerStatus {
    case 65: self = .fault(reason: words, isBadInput: true)
    case 69: self = .fault(reason: words, isBadInput: false)
    default: return nil
    }
  }

  /// The error of a failed system call.
  static func system(_ path: String, _ code: Int32) -> RunError {
    code == ENOSPC || code == EDQUOT
      ? .full(path: path) : .unwritable(path: path, reason: String(cString: strerror(code)))
  }
}
