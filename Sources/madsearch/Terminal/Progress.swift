import Foundation
import Text

/// A line on standard error that says what goes on, if that is a terminal.
enum Progress {
  static let isTerminal = isatty(STDERR_FILENO) == 1

  static func show(_ text: String) { if isTerminal { StandardError.write("\r\u{1B}[K" + text.printable) } }

  static func clear() { if isTerminal { StandardError.write("\r\u{1B}[K") } }

  /// Columns of the terminal.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
