/// Commands that messages advise, ready to be typed.
public enum Advice {
  /// The program as it was called: `madsearch`, `scripts/madsearch` or `.build/release/madsearch`.
  public static let program = CommandLine.arguments.first ?? "madsearch"

  /// A call of the program with the arguments given.
  public static func command(_ arguments: String...) -> String {
    ([program] + arguments).map(quoted).joined(separator: " ")
  }

  /// A word as a shell reads it: in quotes if it holds more than letters, digits and some punctuation.
  public static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...:
        true
      default: "-_./+,:@%".utf8.contains(byte)
      }
    }
    return isPlain && !word.isEmpty
      ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
