import Foundation
import Text

/// Files that are there whole or not at all, whatever happens to the process that writes them.
public enum WholeFile {
  /// A system call failed.
  public struct Failure: ReportedError, Equatable {
    public let path: String
    public let code: Int32

    public var fault: Fault { .machine }
    public var reason: String { SystemReason.text(code) }
    public var description: String { "\(path) cannot be written: \(reason)" }
  }

  /// Writes to a temporary file beside it, syncs and renames; the data are on the disk when this returns.
  public static func write(_ data: Data, to url: URL) throws(Failure) {
    let path = url.path(percentEncoded: false)
    let temporary = path + ".\(getpid()).new"
    // Whatever stands there is not followed: it may be a link.
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Failure(path: path, code: errno) }
    var code: Int32 = 0
    data.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count, code == 0 {
        let count = Foundation.write(file, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count > 0 { done += count } else if errno != EINTR { code = errno }
      }
    }
    if code == 0, fsync(file) != 0 { code = errno }
    if close(file) != 0, code == 0 { code = errno }
    if code == 0, rename(temporary, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(temporary)
      throw Failure(path: path, code: code)
    }
    let folder = open(url.deletingLastPathComponent().path(percentEncoded: false), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
    removeLeft(of: url)
  }

  /// Removes what processes that were killed while they wrote the file have left.
  public static func removeLeft(of url: URL) {
    let (folder, name) = (url.deletingLastPathComponent(), url.lastPathComponent + ".")
    for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
    where file.hasPrefix(name) && file.hasSuffix(".new") {
      guard let process = Int32(file.dropFirst(name.count).dropLast(4)), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink(folder.appending(path: file).path(percentEncoded: false))
    }
  }
}
