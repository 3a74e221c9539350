import Foundation

/// Keeps other coordinators off a run as long as it lives. The system releases it when the process ends, however it ends.
public final class RunLock: Sendable {
  private let file: Int32

  /// - Throws: `RunError.locked` with the holder's process, or `RunError.unwritable`.
  public init(_ folder: RunFolder) throws(RunError) {
    let path = folder.lock.plainPath
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw errno == ELOOP ? .link(path: path) : .system(folder.path, errno) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(file)
      guard code == EWOULDBLOCK else { throw .system(path, code) }
      throw .locked(path: folder.path, pid: Self.holder(folder))
    }
    self.file = file
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(file, 0) == 0, pwrite(file, text, text.count, 0) == text.count else {
      let code = errno
      close(file)
      throw .system(path, code)
    }
  }

  deinit { close(file) }

  /// The process that the lock file names.
  private static func holder(_ folder: RunFolder) -> Int? {
    (try? String(contentsOf: folder.lock, encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// The process that works on a run now, if one does.
  public static func worker(on folder: RunFolder) -> Int? {
    let file = open(folder.lock.plainPath, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    if flock(file, LOCK_SH | LOCK_NB) == 0 { return nil }
    return holder(folder)
  }
}
