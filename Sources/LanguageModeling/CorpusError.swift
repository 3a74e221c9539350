import Text

/// Why there is no text to train on.
public enum CorpusError: ReportedError, Equatable, Sendable {
  case unreadable(path: String, reason: String)
  case empty(name: String)
  case tooShort(name: String, reason: String)
  /// The corpus has a name, and its text is not on this machine.
  case notInstalled(name: String, place: String)
  /// Its files are others than when they were read.
  case changed(name: String)

  public var fault: Fault {
    if case .notInstalled = self { .machine } else { .input }
  }

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "corpus \(path): \(reason)"
    case .changed(let name): "corpus \(name): its content changed while it was in use"
    case .empty(let name): "corpus \(name): it is empty"
    case .tooShort(let name, let reason): "corpus \(name) is too short: \(reason)"
    case .notInstalled(let name, let place):
      "the corpus '\(name)' is not installed: there is no \(place); install it with: "
        + "\(Advice.quoted(NamedCorpus.installer)) \(name)"
    }
  }
}
