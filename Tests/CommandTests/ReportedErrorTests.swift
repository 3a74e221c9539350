import Foundation
import Testing

@Suite("Errors that are reported")
struct ReportedErrorTests {
  /// The declarations of types and extensions in the sources, each with what it conforms to.
  private static func declarations() throws -> [(file: String, name: String, conformances: [String])] {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var found: [(file: String, name: String, conformances: [String])] = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      let pattern = #/\b(?:struct|enum|class|actor|extension) (?<name>[\w.]+)(?:<[^>{]*>)?: (?<list>[^{]*)\{/#
      for match in text.matches(of: pattern) {
        let list = match.output.list.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).first ?? "" }
        found.append((file.lastPathComponent, String(match.output.name), list.map(String.init)))
      }
    }
    return found
  }

  @Test("every error type of the sources says whose fault it is")
  func conformances() throws {
    let declarations = try Self.declarations()
    let silent = declarations.filter {
      !Set($0.conformances).isDisjoint(with: ["Error", "LocalizedError", "CustomNSError"])
    }
    #expect(
      silent.isEmpty, "they conform to Error instead of ReportedError: \(silent.map { "\($0.name) in \($0.file)" })")
    #expect(declarations.count { $0.conformances.contains("ReportedError") } > 10)
  }

  @Test("a file of finished trainings that is none ends with 65, and one that cannot be written with 69")
  func savedFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path(percentEncoded: false)
    func evaluate(_ file: String) throws -> Program.Outcome {
      try Program.run("evaluate", "swiglu", "--task", "memorization", "--steps", "1", "--save", file)
    }
    let directory = try evaluate(path)
    #expect(directory.status == 65)
    #expect(directory.errors == "madsearch: \(path) cannot be read: Is a directory\n")
    let rubbish = try folder.file("rubbish", [0xFF, 0xFE, 0x0A, 0xFF])
    let unreadable = try evaluate(rubbish)
    #expect(unreadable.status == 65)
    #expect(unreadable.errors == "madsearch: \(rubbish) cannot be read: the file is not UTF-8 text\n")
    let text = try evaluate(try folder.file("text", "no result\nnor this\n".utf8))
    #expect(text.status == 65 && text.errors.contains("line 1: it is not the result of a training"))
    let nowhere = try evaluate(path + "/no/such/folder/file")
    #expect(nowhere.status == 69 && nowhere.errors.contains("cannot be written: No such file or directory"))
  }

  @Test("escape sequences of files and arguments do not reach the terminal")
  func escapes() throws {
    let folder = try TemporaryFolder()
    let space =
      #"{ "name": "x", "description": "a\u001b[31mb", "grammar": { "start": "a", "rules": { "a": "mamba" } } }"#
    let described = try Program.run("validate", try folder.file("space.json", space.utf8), "--gflops", "50")
    #expect(described.status == 0 && described.output.contains(#"a\u001b[31mb"#), "\(described.errors)")
    let named = try Program.run("show", "\u{1B}]0;title\u{7}", "1")
    let bad = try Program.run("validate", try folder.file("bad.json", #"{ "na\u001b[31mme": 1 }"#.utf8))
    for outcome in [described, named, bad] {
      #expect(!(outcome.output + outcome.errors).unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    }
    #expect(named.errors.contains(#"\u001b]0;title\u0007"#) && bad.errors.contains(#"\u001b[31m"#))
  }
}
