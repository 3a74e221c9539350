import Foundation
import Testing

@Suite("--version, the manual page and the name that advice uses")
struct VersionTests {
  @Test("the version says commit, processor and kernels")
  func version() throws {
    let lines = try Program.shell("OPENBLAS_CORETYPE=Haswell $madsearch --version").output.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].wholeMatch(of: /madsearch \d+\.\d+\.\d+/) != nil)
    #expect(lines[1].wholeMatch(of: /commit     (unknown|[0-9a-f]{12}(-modified)?)/) != nil)
    #expect(lines[2].wholeMatch(of: /built for  (no )?x86-64(-v\d)? \(target \S+\)/) != nil)
    #expect(lines[3].wholeMatch(of: /BLAS       OpenBLAS [\d.]+, Haswell kernels/) != nil)
  }

  @Test("the citation is of this version")
  func citation() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../CITATION.cff").standardized
    let citation = try String(contentsOf: file, encoding: .utf8)
    let version = try Program.run("--version").output.split(separator: "\n")[0].dropFirst("madsearch ".count)
    #expect(citation.split(separator: "\n").contains("version: \(version)"))
  }

  @Test("the manual page has every command with all of its options", arguments: ExitCodeTests.commands)
  func manual(_ command: String) throws {
    let page = try Program.run("manual").output
    let name = command.split(separator: " ").joined(separator: " ")
    #expect(page.contains("\n.SS \"\\fBmadsearch \(name)\\fP"))
    let help = try Program.run(ExitCodeTests.arguments(command) + ["--help"]).output
    for option in help.matches(of: /\n  (--[a-z-]+)/).map({ $0.1 }) where option != "--help" && option != "--version" {
      #expect(page.contains("\n\\fB\(option.replacing("-", with: "\\-"))\\fP"), "\(option)")
    }
  }

  @Test("no line of the manual page is taken for a request by mistake")
  func requests() throws {
    let requests = [".TH", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE"]
    for line in try Program.run("manual").output.split(separator: "\n") where ".'".contains(line.first ?? " ") {
      #expect(requests.contains { line.hasPrefix($0) }, "\(line)")
    }
  }

  @Test("advice names the program as it was called, and quotes what a shell would split")
  func advice() throws {
    let folder = try TemporaryFolder()
    let space = """
      { "name": "tiny", "grammar": { "start": "layout", "rules": { "layout": "mlp" } }, "objectives": ["quality", "flops"],
        "rungs": [{ "mad": { "protocol": "screen" } }] }
      """
    _ = try folder.file("space.json", Array(space.utf8))
    let outcome = try Program.shell(
      """
      mkdir -p '\(folder.path)/it'"'"'s mine/results/tiny'; cd '\(folder.path)/it'"'"'s mine'
      touch results/tiny/archive.sqlite; (exec -a scripts/madsearch $madsearch run ../space.json)
      """)
    #expect(outcome.status == 65)
    let place = "'\(folder.url.resolvingSymlinksInPath().path(percentEncoded: false))/it'\\''s mine/results/tiny'"
    #expect(outcome.errors.hasSuffix("; go on with it: scripts/madsearch resume \(place)\n"), "\(outcome.errors)")
  }
}
