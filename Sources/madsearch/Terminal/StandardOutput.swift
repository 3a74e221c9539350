import ArgumentParser
import Foundation
import Text

/// Standard output for data that may be long, buffered. A reader that goes away, as in `| head`, ends the command
/// quietly and successfully.
struct StandardOutput {
  private var buffer: [UInt8] = []

  /// Writes a text at once.
  /// - Parameter hasEscapes: whether control characters in it are the program's own; others become visible.
  /// - Throws: as `flush`.
  static func print(_ text: String, hasEscapes: Bool = false) throws {
    let text = hasEscapes ? text : text.printable
    var output = StandardOutput()
    output.buffer = Array(text.utf8)
    if text.last != "\n" { output.buffer.append(UInt8(ascii: "\n")) }
    try output.flush()
  }

  /// - Throws: as `flush`.
  mutating func write(_ bytes: [UInt8]) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 16 { try flush() }
  }

  /// Writes what is buffered.
  /// - Throws: `ExitCode.success` if nobody reads any more, `StandardOutputError` if writing fails.
  mutating func flush() throws {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes {
        Foundation.write(STDOUT_FILENO, $0.baseAddress! + written, $0.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno == EPIPE {
        throw ExitCode.success
      } else if errno != EINTR {
        throw StandardOutputError(reason: String(cString: strerror(errno)))
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

struct StandardOutputError: ReportedError {
  var fault: Fault { .machine }
  let reason: String
  var description: String { "cannot write to standard output: \(reason)" }
}
