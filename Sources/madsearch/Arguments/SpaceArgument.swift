import ArgumentParser
import Configuration
import Foundation
import Runs
import Search

/// The space file of the command line, read and checked.
struct SpaceArgument {
  static let help = ArgumentHelp("The space file, e.g. search-spaces/hybrids.json.", valueName: "space")
  static let completion = CompletionKind.file(extensions: ["json"])

  let path: String
  let text: String
  let space: Space
  /// As far as they are known before a run begins.
  let rungs: [any RungKind]

  /// - Throws: `Failure` with fault `input` and a line for each error.
  init(_ path: String) throws {
    self.path = path
    text = try TextFile.read(path, limit: 1 << 22)
    do {
      space = try Space(parsing: Data(text.utf8))
      rungs = try RungKinds.rungs(of: space, file: URL(filePath: path), text: Self.text)
    } catch let errors as ConfigurationErrors {
      throw Self.failure(path, errors)
    }
  }

  /// The rungs with which a run begins.
  /// - Parameter known: those that it has already.
  /// - Throws: `Failure`, or `CorpusError` if a text is not installed.
  func begin(after known: [any RungKind] = []) throws -> [any RungKind] {
    do {
      return try RungKinds.begin(rungs, after: known, of: space, file: URL(filePath: path), text: Self.text)
    } catch let errors as ConfigurationErrors {
      throw Self.failure(path, errors)
    }
  }

  /// Of a file that the space file names.
  private static func text(_ file: URL) throws -> String {
    try TextFile.read(file.path(percentEncoded: false), limit: 1 << 20)
  }

  private static func failure(_ path: String, _ errors: ConfigurationErrors) -> Failure {
    Failure(.input, errors.errors.map { "\(path), \($0)" }.joined(separator: "\n"))
  }
}
