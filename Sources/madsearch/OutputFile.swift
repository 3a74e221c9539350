import Foundation

/// Files that a command writes beside its output.
enum OutputFile {
  /// Makes sure, before anything is computed, that a file can be written.
  /// - Throws: `Failure` with status `unavailable`.
  static func requireWritable(_ path: String) throws {
    let isNew = access(path, F_OK) != 0
    guard let file = fopen(path, "ab") else { throw failure(path, String(cString: strerror(errno))) }
    fclose(file)
    if isNew { unlink(path) }
  }

  /// - Throws: `Failure` with status `unavailable`.
  static func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(filePath: path))
    } catch {
      throw failure(path, error.localizedDescription)
    }
  }

  private static func failure(_ path: String, _ reason: String) -> Failure {
    Failure(.unavailable, "\(path) cannot be written: \(reason)")
  }
}
