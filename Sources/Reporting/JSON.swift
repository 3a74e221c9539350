/// A JSON value whose objects keep the order of their keys.
public indirect enum JSON: Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  /// Written as `null` if it is not finite, which JSON cannot say.
  case number(Double)
  case text(String)
  case array([JSON])
  case object([(String, JSON)])

  /// The value on several lines, indented by two spaces; what fits is on one line. Ends with a line feed.
  public var text: String { written(indent: 0) + "\n" }

  private func written(indent: Int) -> String {
    let flat = compact
    guard flat.utf8.count > 100 - indent else { return flat }
    let space = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .array(let values) where !values.isEmpty:
      let lines = values.map { space + $0.written(indent: indent + 2) }
      return "[\n" + lines.joined(separator: ",\n") + end + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { space + Self.string($0) + ": " + $1.written(indent: indent + 2) }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    default: return flat
    }
  }

  /// The value on one line.
  public var compact: String {
    switch self {
    case .null: "null"
    case .flag(let flag): String(flag)
    case .integer(let number): String(number)
    case .number(let number): number.isFinite ? NumberText.exact(number) : "null"
    case .text(let text): Self.string(text)
    case .array(let values): "[" + values.map(\.compact).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { Self.string($0) + ": " + $1.compact }.joined(separator: ", ") + "}"
    }
  }

  private static func string(_ text: String) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": written += "\\\""
      case "\\": written += "\\\\"
      case "\n": written += "\\n"
      case "\r": written += "\\r"
      case "\t": written += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        written += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: written.unicodeScalars.append(scalar)
      }
    }
    return written + "\""
  }
}

extension JSON: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
}
