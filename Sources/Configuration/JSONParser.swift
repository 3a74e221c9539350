import Foundation
import Text

extension JSONValue {
  /// Reads a JSON text (RFC 8259) in UTF-8. A key that is given twice is an error, since one of the two would be lost.
  /// - Parameter takesInfinity: whether `Infinity`, `-Infinity` and `NaN` are numbers, as Python writes them.
  /// - Throws: `ConfigurationError` with the line and column, or the path of the key.
  public init(parsing data: Data, takesInfinity: Bool = false) throws(ConfigurationError) {
    var parser = JSONParser(bytes: Array(data), takesInfinity: takesInfinity)
    self = try parser.document()
  }
}

/// A recursive parser of bounded depth.
private struct JSONParser {
  private static let maximumDepth = 200

  let bytes: [UInt8]
  private let takesInfinity: Bool
  private var position = 0

  init(bytes: [UInt8], takesInfinity: Bool) {
    (self.bytes, self.takesInfinity) = (bytes, takesInfinity)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func document() throws(ConfigurationError) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw ConfigurationError(path: "$", reason: "it is not JSON: the file is not UTF-8 text")
    }
    let value = try value(path: "$", depth: 0)
    skipSpace()
    guard position == bytes.count else { throw expected("the end of the file") }
    return value
  }

  // MARK: Errors

  private func error(_ reason: String, at place: Int) -> ConfigurationError {
    let before = bytes[..<min(place, bytes.count)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let column = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
    return ConfigurationError(path: "$", reason: "it is not JSON: line \(line), column \(column): \(reason)")
  }

  private func expected(_ what: String) -> ConfigurationError {
    guard position < bytes.count else { return error("expected \(what), found the end of the file", at: position) }
    let rest = String(decoding: bytes[position..<min(position + 8, bytes.count)], as: UTF8.self)
    return error("expected \(what), found '\(rest.first.map(String.init) ?? "")'", at: position)
  }

  // MARK: Values

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == character else { return false }
    position += 1
    return true
  }

  private mutating func take(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value(path: String, depth: Int) throws(ConfigurationError) -> JSONValue {
    guard depth <= Self.maximumDepth else {
      throw error("values are nested more than \(Self.maximumDepth) deep", at: position)
    }
    skipSpace()
    guard position < bytes.count else { throw expected("a value") }
    if takesInfinity {
      if take("Infinity") { return .number(.infinity) }
      if take("-Infinity") { return .number(-.infinity) }
      if take("NaN") { return .number(.nan) }
    }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(path: path, depth: depth)
    case UInt8(ascii: "["): return try list(path: path, depth: depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default:
      if take("true") { return .flag(true) }
      if take("false") { return .flag(false) }
      if take("null") { return .null }
      throw expected("a value")
    }
  }

  private mutating func object(path: String, depth: Int) throws(ConfigurationError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return [:] }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
      let key = try text()
      let place = ConfigurationError.path(path, key)
      guard keys.insert(key).inserted else { throw ConfigurationError(path: place, reason: "the key is given twice") }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw expected("':' after the key") }
      members.append(.init(key, try value(path: place, depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw expected("',' or '}'") }
    }
  }

  private mutating func list(path: String, depth: Int) throws(ConfigurationError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .list([]) }
    while true {
      values.append(try value(path: "\(path)[\(values.count)]", depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .list(values) }
      guard take(UInt8(ascii: ",")) else { throw expected("',' or ']'") }
    }
  }

  private mutating func number() throws(ConfigurationError) -> JSONValue {
    let start = position
    func isDigit(_ place: Int) -> Bool {
      place < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place])
    }
    _ = take(UInt8(ascii: "-"))
    let whole = position
    while isDigit(position) { position += 1 }
    guard position > whole, position == whole + 1 || bytes[whole] != UInt8(ascii: "0") else {
      throw error("a number starts with one digit that is not 0, or with a single 0", at: start)
    }
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      guard isDigit(position) else { throw expected("a digit after the decimal point") }
      while isDigit(position) { position += 1 }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
      guard isDigit(position) else { throw expected("a digit in the exponent") }
      while isDigit(position) { position += 1 }
    }
    let written = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let number = Int(written) { return .integer(number) }
    guard let number = Double(written), number.isFinite else {
      throw error("the number \(written.prefix(40)) is too large", at: start)
    }
    return .number(number)
  }

  private mutating func text() throws(ConfigurationError) -> String {
    let start = position
    position += 1
    var units: [UInt16] = []
    var run = position
    func piece(_ range: Range<Int>) -> String.UTF16View { String(decoding: bytes[range], as: UTF8.self).utf16 }
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        units.append(contentsOf: piece(run..<position))
        position += 1
        return String(decoding: units, as: UTF16.self)
      case UInt8(ascii: "\\"):
        units.append(contentsOf: piece(run..<position))
        position += 1
        units.append(try escape())
        run = position
      case 0..<0x20: throw error("a text has no line breaks or control characters; write \\n for one", at: position)
      default: position += 1
      }
    }
    throw error("the quotes of this text are not closed", at: start)
  }

  private mutating func escape() throws(ConfigurationError) -> UInt16 {
    let start = position - 1
    guard position < bytes.count else { throw error("the quotes of this text are not closed", at: start) }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(letter)
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "u"):
      let digits = bytes[position..<min(position + 4, bytes.count)]
      position += digits.count
      if digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        return unit
      }
      throw error("\\u needs four hexadecimal digits", at: start)
    default: throw error("there is no such escape; \\\\ is a backslash", at: start)
    }
  }
}
