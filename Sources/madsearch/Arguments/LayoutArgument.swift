import Architecture
import ArgumentParser
import Configuration
import Foundation
import Layouts
import Text

/// A layout of the command line: its notation, the name of a hybrid, or `@FILE` for a file that holds either or is the
/// `config.json` of a published model.
struct LayoutArgument {
  static let help = ArgumentHelp(
    "The layout in quotes, e.g. 'attention(heads=16) swiglu 3*(mamba swiglu)' or the Megatron pattern 'M-M*-'; "
      + "hybrid:NAME or hybrid:NAME:LAYERS for a known hybrid; or @FILE for a file that holds one, or that is the "
      + "config.json of a published model; @FILE:LAYERS fits it to a depth.", valueName: "layout")

  let layout: Layout
  /// The file it comes from, if it does.
  private let file: String?

  /// Reads the layout, and says on standard error what has been left out.
  /// - Parameters:
  ///   - words: the arguments that were given where one layout is expected.
  ///   - place: a file that the names of files are relative to; none for the working directory.
  init(_ words: [String], beside place: String? = nil) throws {
    guard let word = words.first, words.count == 1 else {
      throw Failure(
        .commandLine,
        "one layout is expected, found \(words.count) arguments; put it in quotes: '\(words.joined(separator: " "))'")
    }
    guard word.hasPrefix("@") else {
      do {
        let text = try LayoutText(word)
        (layout, file) = (text.layout, nil)
        Self.note(text.notes, of: nil)
        return
      } catch let error as NotationError {
        throw Failure(.commandLine, "layout, \(error)")
      }
    }
    let (path, depth) = try Self.file(String(word.dropFirst()), beside: place)
    let content = try TextFile.read(path, limit: 4 * Layout.maximumLength)
    do {
      let text = try Self.read(content)
      layout = try depth.map(text.fitted)?.layout ?? text.layout
      file = path
      Self.note(text.notes, of: path)
    } catch let error as NotationError {
      throw Failure(.input, error.description(in: path))
    } catch let error as ConfigurationError {
      throw Failure(.input, "\(path), \(error)")
    } catch {
      throw Failure(.input, "\(path): \(error)")
    }
  }

  /// The content of a file: what a layout is written as, or the configuration of a published model.
  private static func read(_ content: String) throws -> LayoutText {
    guard content.first(where: { !$0.isWhitespace }) == "{" else { return try LayoutText(content) }
    return LayoutText(try PublishedModel(JSONValue(parsing: Data(content.utf8), takesInfinity: true)))
  }

  /// The path of `FILE` or `FILE:LAYERS`.
  private static func file(_ text: String, beside place: String?) throws -> (path: String, depth: Int?) {
    guard !text.isEmpty else { throw Failure(.commandLine, "the name of a file is expected after '@'") }
    func path(_ name: String) -> String {
      guard let place, !name.hasPrefix("/"), place.contains("/") else { return name }
      return (place as NSString).deletingLastPathComponent + "/" + name
    }
    guard let colon = text.lastIndex(of: ":"), access(path(text), F_OK) != 0 else { return (path(text), nil) }
    let name = String(text[..<colon])
    guard access(path(name), F_OK) == 0 else { return (path(text), nil) }
    return (path(name), try LayoutText.depth(text[text.index(after: colon)...].unicodeScalars, after: "'@\(name):'"))
  }

  private static func note(_ notes: [String], of file: String?) {
    for note in notes { ErrorReport.print("note: \(file.map { $0 + ": " } ?? "")\(note)") }
  }

  /// Runs `body`, in which the layout may turn out not to fit; if it comes from a file, the file is to blame.
  func use<Result>(_ body: (Layout) throws -> Result) throws -> Result {
    guard let file else { return try body(layout) }
    do {
      return try body(layout)
    } catch let error as LayerError {
      throw Failure(.input, "\(file): \(error)")
    }
  }
}

/// Text files, read and written whole.
enum TextFile {
  /// The text of a file in UTF-8, without a byte-order mark.
  /// - Throws: `Failure` with fault `input` if it cannot be read, is too long or not UTF-8.
  static func read(_ path: String, limit: Int) throws -> String {
    func failure(_ reason: String) -> Failure { Failure(.input, "\(path): \(reason)") }
    guard let file = fopen(path, "rb") else { throw failure(String(cString: strerror(errno))) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    errno = 0
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw failure(String(cString: strerror(errno))) }
    guard count <= limit else { throw failure("the file is longer than \(limit) bytes") }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw failure("the file is not UTF-8 text")
    }
    return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// Makes sure, before anything is computed, that a file can be written. What it holds stays.
  /// - Throws: `Failure` with fault `machine`.
  static func requireWritable(_ path: String) throws {
    let isNew = access(path, F_OK) != 0
    guard let file = fopen(path, "ab") else {
      throw Failure(.machine, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    fclose(file)
    if isNew { unlink(path) }
  }

  /// Writes a whole file, in place of what it held.
  /// - Throws: `Failure` with fault `machine`.
  static func write(_ text: String, to path: String) throws {
    func failure() -> Failure {
      Failure(.machine, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    guard let file = fopen(path, "wb") else { throw failure() }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count && fflush(file) == 0
    let error = isWritten ? nil : failure()
    guard fclose(file) == 0 || !isWritten else { throw failure() }
    if let error { throw error }
  }
}
