import Foundation

/// Why the system refused something, in the words that it has for that.
public enum SystemReason {
  /// Of an error of Foundation, whose own words say neither what nor why.
  public static func text(_ error: any Error) -> String {
    if let error = error as? POSIXError { return text(error.code.rawValue) }
    guard let error = error as? CocoaError else { return "\(error)" }
    if let underlying = error.underlying as? POSIXError { return text(underlying.code.rawValue) }
    switch error.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: return text(ENOENT)
    case .fileReadNoPermission, .fileWriteNoPermission: return text(EACCES)
    case .fileWriteOutOfSpace: return text(ENOSPC)
    case .fileWriteFileExists: return text(EEXIST)
    case .fileReadInapplicableStringEncoding: return "the file is not UTF-8 text"
    default: return "the system refuses it (error \(error.code.rawValue))"
    }
  }

  /// Of the code of a failed system call.
  public static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
