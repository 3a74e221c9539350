/// A piece of a layout's text.
struct Token {
  enum Kind { case word, megatron, open, close, comma, equals, bar, star, end }

  let kind: Kind
  /// Where it stands in the scalars of the text.
  let range: Range<Int>
  /// Whether whitespace, or nothing, comes before it.
  let isSpaced: Bool
}

/// Cuts the text of a layout into words and signs. A word that starts with `megatron:` goes on to the next space or
/// closing parenthesis, since `*` and `-` are layers there.
struct Lexer {
  static let megatronPrefix = Array("megatron:".unicodeScalars)

  let text: [Unicode.Scalar]
  private var position = 0

  init(_ text: [Unicode.Scalar]) { self.text = text }

  mutating func next() throws(NotationError) -> Token {
    let before = position
    while position < text.count, text[position].properties.isWhitespace { position += 1 }
    let start = position
    let isSpaced = start > before || start == 0
    func token(_ kind: Token.Kind) -> Token { Token(kind: kind, range: start..<position, isSpaced: isSpaced) }

    guard position < text.count else { return token(.end) }
    if let sign = Self.sign(text[position]) {
      position += 1
      return token(sign)
    }
    if text[position...].starts(with: Self.megatronPrefix) {
      while position < text.count, !text[position].properties.isWhitespace, text[position] != ")" { position += 1 }
      return token(.megatron)
    }
    while position < text.count, Self.isPartOfWord(text[position]) { position += 1 }
    guard position > start else {
      throw NotationError(
        "unexpected character \(text[start].shown); a layout consists of names, numbers, spaces "
          + "and ( ) , = | *", at: start, in: text)
    }
    return token(.word)
  }

  private static func sign(_ scalar: Unicode.Scalar) -> Token.Kind? {
    switch scalar {
    case "(": .open
    case ")": .close
    case ",": .comma
    case "=": .equals
    case "|": .bar
    case "*": .star
    default: nil
    }
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", "+", ".", ":", "/": true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// E.g. `'×' (U+00D7)`, or the number alone of what cannot be printed.
  fileprivate var shown: String {
    let digits = String(value, radix: 16, uppercase: true)
    let number = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return printable == self ? "'\(self)' (\(number))" : number
  }
}
