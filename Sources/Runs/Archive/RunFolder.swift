import Foundation
import Training
import Text

/// Where a run keeps what: the archive, the lock, the workers' files and unfinished trainings on text.
public struct RunFolder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  public var path: String { url.path(percentEncoded: false) }
  var archive: URL { url.appending(path: "archive.sqlite") }
  var lock: URL { url.appending(path: "lock") }
  var work: URL { url.appending(path: "work") }

  /// The folder of an evaluation's trainings on text, absolute: workers may run elsewhere.
  func trainings(_ evaluation: Int64) -> URL {
    url.standardizedFileURL.absoluteURL.appending(path: "trainings/\(evaluation)")
  }

  /// What earlier coordinators left in `work`: only folders of the form that they have.
  var leftWork: [WorkerFolder] {
    work.fileNames.filter { $0.wholeMatch(of: /[0-9]+-[0-9]+/) != nil }.map { work.appending(path: $0) }
      .filter { FileKind($0) == .folder }.map(WorkerFolder.init)
  }

  /// A new folder to work in.
  func newWork() -> WorkerFolder {
    WorkerFolder(work.appending(path: "\(getpid())-\(UInt32.random(in: 0 ... .max))"))
  }

  /// What a run writes to or removes must not lie elsewhere.
  /// - Throws: `RunError.link`.
  func refuseLinks() throws(RunError) {
    let folders = [work, url.appending(path: "trainings")]
    for place in folders + folders.flatMap({ folder in folder.fileNames.map { folder.appending(path: $0) } })
    where FileKind(place) == .link {
      throw .link(path: place.plainPath)
    }
  }

  /// Removes what is left of an evaluation that is over, and the folder above it with the last one.
  func removeTrainings(_ evaluation: Int64) {
    let place = trainings(evaluation)
    try? FileManager.default.removeItem(at: place)
    rmdir(place.deletingLastPathComponent().plainPath)
  }

  public var exists: Bool { FileManager.default.fileExists(atPath: archive.path(percentEncoded: false)) }

  /// - Throws: `RunError.unwritable` or `RunError.full`.
  public func create() throws(RunError) { try url.makeFolder() }
}

/// What stands at a place; links are not followed.
enum FileKind {
  case folder, link, other

  /// None if nothing does.
  init?(_ place: URL) {
    var status = stat()
    guard lstat(place.plainPath, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    default: self = .other
    }
  }
}

extension URL {
  var plainPath: String { path(percentEncoded: false) }

  /// Makes the folder and those above it.
  func makeFolder() throws(RunError) {
    do {
      try FileManager.default.createDirectory(at: self, withIntermediateDirectories: true)
    } catch {
      let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
      throw code.map { .system(plainPath, Int32(truncatingIfNeeded: $0)) }
        ?? .unwritable(path: plainPath, reason: SystemReason.text(error))
    }
  }

  /// Writes a file so that it is there whole or not at all, and on the disk when this returns.
  func writeWhole(_ data: Data) throws(RunError) {
    do {
      try WholeFile.write(data, to: self)
    } catch {
      throw .system(plainPath, error.code)
    }
  }

  /// The names of the files in a folder, sorted; none if there is no folder.
  var fileNames: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: plainPath)) ?? []).sorted() }
}
