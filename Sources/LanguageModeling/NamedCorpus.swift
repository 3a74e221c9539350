import Architecture
import Foundation
import Text

/// A corpus that `scripts/install-corpus` makes from a Debian package.
public enum NamedCorpus: String, Sendable, CaseIterable {
  case standard = "default"
  case code
  case dictionary
  case dna

  public var summary: String {
    switch self {
    case .standard: "the Python documentation: technical English with code"
    case .code: "the source code of the Python standard library"
    case .dictionary: "the Collaborative International Dictionary of English"
    case .dna: "the genome of phage lambda"
    }
  }

  /// The folders in which corpora may be installed: that which `MADSEARCH_DATA` names, or else `data` here and in the
  /// folders above the program.
  public static var folders: [URL] {
    if let folder = ProcessInfo.processInfo.environment["MADSEARCH_DATA"], !folder.isEmpty {
      return [URL(filePath: folder)]
    }
    let here = URL(filePath: FileManager.default.currentDirectoryPath)
    return ([here] + ProgramFolders.all).map { $0.appending(path: "data") }
  }

  /// The script that installs corpora: of the repository that the program was built in, or as it was installed.
  static var installer: String {
    ProgramFolders.path(of: "scripts/install-corpus") ?? ProgramFolders.path(of: "share/madsearch/install-corpus")
      ?? "scripts/install-corpus"
  }
}

extension Corpus {
  /// The corpus that a word of the user means: one with a name, or else a file or folder.
  /// - Throws: `CorpusError.notInstalled`, or as `init(path:)`.
  public init(named word: String, folders: [URL] = NamedCorpus.folders) throws(CorpusError) {
    guard NamedCorpus(rawValue: word) != nil else {
      do {
        try self.init(path: word)
      } catch .unreadable(let path, let reason) where !FileManager.default.fileExists(atPath: word) {
        throw .unreadable(
          path: path, reason: reason + suggestion(for: word, among: NamedCorpus.allCases.map(\.rawValue)))
      }
      return
    }
    let places = folders.map { $0.appending(path: "\(word).txt").path(percentEncoded: false) }
    guard let place = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw .notInstalled(name: word, place: places.first ?? "")
    }
    try self.init(path: place, name: word)
  }
}
