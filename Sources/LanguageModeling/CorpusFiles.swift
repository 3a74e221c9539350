import Foundation
import Text

/// The bytes of a corpus's files, memory-mapped where they are many.
enum CorpusFiles {
  /// A process may have only so many mappings, so smaller files are read.
  private static let mappedSize = 1 << 16

  /// A file, or the files in a folder and below it in the order of their paths. Names that begin with a dot do not count,
  /// nor does what is neither file nor folder.
  static func read(_ path: String) throws(CorpusError) -> [Data] {
    switch try kind(path) {
    case .file: return [try bytes(path)]
    case .folder:
      var files: [Data] = []
      for file in try self.files(in: path) { files.append(try bytes(file)) }
      return files
    case .other: throw .unreadable(path: path, reason: "it is neither a file nor a folder")
    }
  }

  /// What tells that a file is still the one that was read, without reading it.
  struct Stamp: Equatable {
    let path: String
    let size, seconds, nanoseconds, number: Int
  }

  /// Of the files that `read` reads; none of those that are gone.
  static func stamps(_ path: String) -> [Stamp] {
    let files = (try? kind(path)) == .folder ? (try? self.files(in: path)) ?? [] : [path]
    return files.compactMap { path in
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      return Stamp(
        path: path, size: Int(status.st_size), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
        number: Int(truncatingIfNeeded: status.st_ino))
    }
  }

  private enum Kind { case file, folder, other }

  private static func kind(_ path: String) throws(CorpusError) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  private static func files(in folder: String) throws(CorpusError) -> [String] {
    var failure: CorpusError?
    let contents = FileManager.default.enumerator(
      at: URL(filePath: folder), includingPropertiesForKeys: nil, options: [.skipsHiddenFiles]
    ) { url, error in
      failure = .unreadable(path: url.path(percentEncoded: false), reason: SystemReason.text(error))
      return false
    }
    var files: [String] = []
    while let url = contents?.nextObject() as? URL {
      let path = url.path(percentEncoded: false)
      // A link that leads nowhere is no file.
      if (try? kind(path)) == .file { files.append(path) }
    }
    if let failure { throw failure }
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func bytes(_ path: String) throws(CorpusError) -> Data {
    guard access(path, R_OK) == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    do {
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
      return try Data(contentsOf: URL(filePath: path), options: size >= mappedSize ? [.alwaysMapped] : [])
    } catch {
      throw .unreadable(path: path, reason: SystemReason.text(error))
    }
  }
}
