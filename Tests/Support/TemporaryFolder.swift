import Foundation

/// A folder that is removed with this value.
public final class TemporaryFolder {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "madsearch-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  public var path: String { url.path(percentEncoded: false) }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A new file with some bytes.
  public func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let file = url.appending(path: name)
    try Data(bytes).write(to: file)
    return file.path(percentEncoded: false)
  }

  public func handle(_ name: String) throws -> (url: URL, handle: FileHandle) {
    let file = URL(filePath: try self.file(name, []))
    return (file, try FileHandle(forWritingTo: file))
  }
}
