import Foundation
import Testing

/// Messages are dropped where standard error cannot be written, and nothing else changes.
@Suite("Standard streams")
struct StandardStreamTests {
  /// Redirections of standard error with which nobody reads it: closed, a full disk, and a reader that went away.
  private static let unreadable = ["2>&-", "2>/dev/full", "2> >(exec true)"]

  @Test("standard error that cannot be written changes neither data nor exit code", arguments: unreadable)
  func messages(_ redirection: String) throws {
    for arguments in ["describe mlp", "describe mpl", "describe @missing", "dump memorization --count 2", "list tasks"]
    {
      let plain = try Program.shell("$madsearch \(arguments)")
      let silent = try Program.shell("$madsearch \(arguments) \(redirection)")
      #expect(silent.status == plain.status, "\(arguments)")
      #expect(silent.output == plain.output, "\(arguments)")
      #expect(silent.errors.isEmpty)
    }
  }

  @Test("a training whose messages nobody reads goes on to its end", arguments: unreadable)
  func training(_ redirection: String) throws {
    let folder = try TemporaryFolder()
    let text = try folder.file(
      "text", Array(repeating: Array("How much wood would a woodchuck chuck? ".utf8), count: 900).joined())
    let train = "$madsearch train swiglu --corpus '\(text)' --dim 16 --tokens 4096 --length 32 --threads 1 --json"
    let plain = try Program.shell(train)
    #expect(plain.status == 0, "\(plain.errors)")
    #expect(plain.errors.contains("step "))
    // Some time passes before a reader that goes away has gone.
    let silent = try Program.shell("(sleep 0.1; \(train)) \(redirection)")
    #expect(silent.status == 0)
    #expect(silent.output.split(separator: "\n").count == plain.output.split(separator: "\n").count)
  }

  @Test("standard output that is closed is an error, not a file that is written over")
  func output() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.shell(
      "cd '\(folder.path)'; echo mlp > layout; $madsearch describe @layout >&-; echo $? >&2; cat layout >&2")
    #expect(outcome.errors == "madsearch: cannot write to standard output: Bad file descriptor\n69\nmlp\n")
  }

  @Test("all streams may be closed")
  func allClosed() throws {
    let outcome = try Program.shell("$madsearch describe mpl <&- >&- 2>&-; echo $?")
    #expect(outcome.output == "2\n")
  }
}
