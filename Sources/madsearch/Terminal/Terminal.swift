import Foundation

/// What standard output can show.
enum Terminal {
  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// In characters: as `COLUMNS` says, else as the terminal does, else 80.
  static var width: Int {
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let columns = environment["COLUMNS"].flatMap { Int($0) } ?? (isKnown ? Int(size.ws_col) : 80)
    return min(max(columns, 40), 240)
  }

  /// Whether it shows more than ASCII.
  static var isUnicode: Bool {
    guard environment["TERM"] != "dumb" else { return false }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale.lowercased().replacing("-", with: "").hasSuffix("utf8")
  }

  /// Whether colours are wanted (no-color.org).
  static var isColored: Bool {
    isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR"] ?? "" == "" && environment["TERM"] != "dumb"
  }
}
