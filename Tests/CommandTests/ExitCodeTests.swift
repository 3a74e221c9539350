import Foundation
import Testing

@Suite("Messages and exit codes")
struct ExitCodeTests {
  static let commands = [
    "validate", "schema", "describe", "list", "list primitives", "list tasks", "list strategies", "evaluate", "dump",
    "fit", "correlate", "benchmark", "benchmark step", "benchmark search",
  ]

  @Test(
    "a bad command line ends with 2 and one clear line",
    arguments: [
      ("descrbe mlp", "there is no command 'descrbe'; did you mean 'describe'?"),
      ("list primitves", "there is no command 'list primitves'; did you mean 'primitives'?"),
      ("describe", "Missing expected argument '<layout> ...'"),
      ("describe mlp swiglu", "one layout is expected, found 2 arguments; put it in quotes: 'mlp swiglu'"),
      ("describe mpl", "layout, column 1: there is no primitive 'mpl'; did you mean 'mlp'?"),
      ("describe 3*(mlp", "layout, column 1: the parenthesis of this repeat is not closed"),
      ("describe mlp --dim 0", "--dim must be from 1 to 16384, found 0"),
      ("describe mlp --dim -3", "--dim must be from 1 to 16384, found -3"),
      ("describe mlp --dim 9223372036854775807", "--dim must be from 1 to 16384, found 9223372036854775807"),
      ("describe mlp --context 1048577", "--context must be from 1 to 1048576, found 1048577"),
      ("describe mlp --vocabulary 0", "--vocabulary must be from 1 to 1000000, found 0"),
      ("describe mlp --normalize 0", "--normalize must be from 1 to 1000000000000, found 0"),
      ("describe mlp --json --csv", "--json and --csv exclude each other"),
      ("describe mlp --jsn", "Unknown option '--jsn'. Did you mean '--json'?"),
      ("describe @", "the name of a file is expected after '@'"),
      (
        "describe mlp(dim_inner=65536) --dim 16384 --vocabulary 1000000",
        "the model has 34916516416 parameters, at most 2147483647 are possible"
      ),
      (
        "describe mlp|moe-mlp(num_experts=2,active_experts=3)",
        "layer 1, moe-mlp(num_experts=2,active_experts=3): active_experts must be"
      ),
      ("benchmark --threads 0", "--threads must be from 1 to 1024, found 0"),
      ("benchmark --seconds 0", "--seconds must be more than 0 and at most 86400, found 0"),
      ("benchmark --seconds nan", "--seconds must be more than 0 and at most 86400, found nan"),
      ("benchmark --seconds -inf", "--seconds must be more than 0 and at most 86400, found -inf"),
      ("benchmark --setting bas", "there is no setting 'bas'; did you mean 'base'?"),
      ("benchmark search t --strategy evolutoin", "there is no strategy 'evolutoin'; did you mean 'evolution'?"),
      ("benchmark search t --seeds 0", "--seeds must be from 1 to 100000, found 0"),
      ("benchmark search t --floor 100", "--floor must be at least 0 and below 100, found 100"),
      ("benchmark --setting huge", "there is no setting 'huge'; the settings are base, small, lm"),
      ("benchmark --mode one-jop", "there is no mode 'one-jop'; did you mean 'one-job'?"),
      ("benchmark --primitive swigul", "layout, column 1: there is no primitive 'swigul'; did you mean 'swiglu'?"),
      ("benchmark --primitive mlp|mlp", "--primitive expects one primitive, found 'mlp|mlp'"),
      ("dump in-context-recal", "there is no task 'in-context-recal'; did you mean 'in-context-recall'?"),
      ("dump memorization --count 0", "--count must be from 1 to 10000000, found 0"),
    ])
  func commandLine(_ line: String, _ message: String) throws {
    let outcome = try Program.run(Self.arguments(line))
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.lines[0].hasPrefix("madsearch: " + message), "\(outcome.errors)")
  }

  /// The arguments of a line in which spaces only separate.
  static func arguments(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

  @Test("the place in a layout is shown")
  func excerpt() throws {
    let outcome = try Program.run("describe", "2*(mlp swigul)")
    #expect(
      outcome.errors == """
        madsearch: layout, column 8: there is no primitive 'swigul'; did you mean 'swiglu'?
          2*(mlp swigul)
                 ^

        """)
  }

  @Test("help is printed to standard output", arguments: commands)
  func help(_ command: String) throws {
    let outcome = try Program.run(Self.arguments(command) + ["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("USAGE: madsearch \(command)"))
  }

  @Test("without a command the help is printed")
  func noCommand() throws {
    let outcome = try Program.run()
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("SUBCOMMANDS:"))
  }

  @Test("a file that is bad ends with 65 and its place")
  func badFiles() throws {
    let folder = try TemporaryFolder()
    let missing = folder.url.appending(path: "missing").path(percentEncoded: false)
    let cases: [(file: String, message: String)] = [
      (missing, ": No such file or directory"),
      (folder.url.path(percentEncoded: false), ": Is a directory"),
      (try folder.file("empty", []), ", line 1, column 1: a layout needs at least one layer"),
      (
        try folder.file("misspelt", "mlp\r\n  2*(mlp\r\n  swigul)\n".utf8),
        ", line 3, column 3: there is no primitive 'swigul'; did you mean 'swiglu'?"
      ),
      (try folder.file("binary", [0x6D, 0xFF, 0xFE]), ": the file is not UTF-8 text"),
      (try folder.file("long", [UInt8](repeating: 0x20, count: 400_001)), ": the file is longer than 400000 bytes"),
      (
        try folder.file("unsuitable", "moe-mlp(num_experts=2,active_experts=3)".utf8),
        ": layer 1, moe-mlp(num_experts=2,active_experts=3): "
      ),
    ]
    for (file, message) in cases {
      let outcome = try Program.run("describe", "@" + file)
      #expect(outcome.status == 65, "\(file)")
      #expect(outcome.errors.hasPrefix("madsearch: " + file + message), "\(outcome.errors)")
    }
    let endless = try Program.run("describe", "@/dev/zero")
    #expect(endless.status == 65)
  }

  @Test("a reader that goes away ends the program quietly")
  func closedPipe() throws {
    let process = Program.process(["list", "primitives"])
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try output.fileHandleForReading.close()
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    try errors.fileHandleForWriting.close()
    #expect(try errors.fileHandleForReading.readToEnd() == nil)
  }

  @Test("a full disk is said")
  func fullDisk() throws {
    guard let full = FileHandle(forWritingAtPath: "/dev/full") else { return }
    let process = Program.process(["list", "primitives"])
    let errors = Pipe()
    process.standardOutput = full
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 69)
    try errors.fileHandleForWriting.close()
    let message = try #require(try errors.fileHandleForReading.readToEnd())
    #expect(
      String(decoding: message, as: UTF8.self)
        == "madsearch: cannot write to standard output: No space left on device\n")
  }

  @Test("Ctrl-C ends with 130")
  func interrupt() throws {
    // More data than a pipe holds, so the program waits for its reader.
    let process = Program.process(["dump", "in-context-recall", "--count", "100000"])
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    #expect(try output.fileHandleForReading.read(upToCount: 1) != nil)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    try errors.fileHandleForWriting.close()
    #expect(try errors.fileHandleForReading.readToEnd() == nil)
  }
}
