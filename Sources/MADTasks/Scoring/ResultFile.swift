import Foundation
import Text

/// Finished trainings in a file, one JSON object per line, so that an interrupted evaluation can go on.
public struct ResultFile: Sendable {
  public enum Failure: ReportedError, Equatable {
    case unreadable(path: String, reason: String)
    case malformed(path: String, line: Int, reason: String)
    case unwritable(path: String, reason: String)

    public var fault: Fault {
      if case .unwritable = self { .machine } else { .input }
    }

    public var description: String {
      switch self {
      case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
      case .malformed(let path, let line, let reason): "\(path), line \(line): \(reason)"
      case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
      }
    }
  }

  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// The results so far; none if there is no file. A last line that was cut off by a crash does not count.
  /// - Throws: `Failure.unreadable`, or `Failure.malformed` with the line.
  public func read() throws -> [TrialResult] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw Failure.unreadable(path: url.path, reason: SystemReason.text(error))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure.unreadable(path: url.path, reason: "the file is not UTF-8 text")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return try lines.enumerated().compactMap { index, line in
      guard !line.allSatisfy(\.isWhitespace) else { return nil }
      do {
        return try JSONDecoder().decode(TrialResult.self, from: Data(line.utf8))
      } catch {
        if index == lines.count - 1 { return nil }
        throw Failure.malformed(path: url.path, line: index + 1, reason: "it is not the result of a training")
      }
    }
  }

  /// Makes sure, before anything is trained, that results can be kept.
  /// - Throws: `Failure.unwritable`.
  public func requireWritable() throws {
    guard let file = fopen(url.path, "ab") else {
      throw Failure.unwritable(path: url.path, reason: String(cString: strerror(errno)))
    }
    fclose(file)
  }

  /// Adds one result and waits until it is on the disk.
  /// - Throws: `Failure.unwritable`.
  public func append(_ result: TrialResult) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      var data = try encoder.encode(result)
      data.append(UInt8(ascii: "\n"))
      try requireWritable()
      let handle = try FileHandle(forUpdating: url)
      defer { try? handle.close() }
      let end = try handle.seekToEnd()
      // A line that a crash cut off must not swallow this one.
      if end > 0 {
        try handle.seek(toOffset: end - 1)
        if try handle.read(upToCount: 1) != Data("\n".utf8) { data.insert(UInt8(ascii: "\n"), at: 0) }
      }
      try handle.write(contentsOf: data)
      try handle.synchronize()
    } catch let error where !(error is Failure) {
      throw Failure.unwritable(path: url.path, reason: SystemReason.text(error))
    }
  }
}
