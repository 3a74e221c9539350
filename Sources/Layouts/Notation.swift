import Architecture
import Text

extension Layout {
  /// Reads the notation of layouts:
  ///
  ///     layout     = item { space item }
  ///     item       = [ count "*" ] ( "(" layout ")" | primitive | megatron ) | group     "(" only after a count
  ///     group      = primitive { "|" primitive }
  ///     primitive  = name [ "(" [ option "=" value { "," option "=" value } ] ")" ]
  ///     megatron   = "megatron:" pattern            see `MegatronPattern`
  ///
  /// e.g. `attention(heads=16) swiglu 3*(mamba(d_state=8) swiglu) attention|swiglu` or `megatron:M-M*-`. Whitespace may
  /// also stand around `=`, `,`, `|` and `*` and inside parentheses, not between a name and its options.
  public init(parsing text: String) throws(NotationError) { self = try NotationParser.read(text).layout }
}

/// A parser without recursion: open repeats lie on a stack of bounded depth and are expanded when they close.
struct NotationParser {
  private static let maximumDepth = 64

  private let text: [Unicode.Scalar]
  private var lexer: Lexer
  private var token: Token
  /// What is no part of the layout, for people.
  private(set) var notes: [String] = []

  /// The layout of a text, and what has been left out, for people.
  static func read(_ text: String) throws(NotationError) -> (layout: Layout, notes: [String]) {
    var parser = try NotationParser(text)
    let layers = try parser.layers()
    do {
      return (try Layout(layers), parser.notes)
    } catch {
      throw parser.error(error.description, at: 0)
    }
  }

  init(_ string: String) throws(NotationError) {
    // One more than is allowed is enough to see that it is too much.
    text = Array(string.unicodeScalars.prefix(Layout.maximumLength + 1))
    guard text.count <= Layout.maximumLength else {
      throw NotationError(
        "the text is longer than \(Layout.maximumLength) characters", at: Layout.maximumLength, in: text)
    }
    lexer = Lexer(text)
    token = try lexer.next()
  }

  func error(_ message: String, at offset: Int) -> NotationError { NotationError(message, at: offset, in: text) }

  /// The error that something else was expected where the parser stands.
  private func expected(_ what: String) -> NotationError {
    error("expected \(what), found \(found(token))", at: token.range.lowerBound)
  }

  private func found(_ token: Token) -> String { token.kind == .end ? "the end" : quoted(text[token.range]) }

  private func string(_ token: Token) -> String {
    var string = ""
    string.unicodeScalars.append(contentsOf: text[token.range])
    return string
  }

  private mutating func advance() throws(NotationError) -> Token {
    let current = token
    token = try lexer.next()
    return current
  }

  // MARK: Layers

  /// A repeat whose count has been read: how often, and where its first count stands.
  private struct Repeat {
    var count = 1
    let place: Int
  }

  mutating func layers() throws(NotationError) -> [CanonicalLayer] {
    var layers: [CanonicalLayer] = []
    /// The repeats that are open, with the first of their layers.
    var open: [(times: Repeat, start: Int)] = []
    var isFirst = true
    while true {
      switch token.kind {
      case .end:
        if let (times, _) = open.last { throw error("the parenthesis of this repeat is not closed", at: times.place) }
        guard !layers.isEmpty else { throw error("a layout needs at least one layer", at: 0) }
        return layers
      case .close:
        guard let (times, start) = open.popLast() else {
          throw error("this ')' closes nothing", at: token.range.lowerBound)
        }
        guard layers.count > start else { throw expected("the name of a primitive") }
        if times.count > 1 { try add(Array(layers[start...]), times, replacing: start, in: &layers) }
        _ = try advance()
        isFirst = false
      case .word, .megatron:
        guard token.isSpaced || isFirst else { throw expected("a space between two layers") }
        let times = try repeatCount()
        if let times, token.kind == .open {
          guard open.count < Self.maximumDepth else {
            throw error("repeats are nested more than \(Self.maximumDepth) deep", at: token.range.lowerBound)
          }
          open.append((times, layers.count))
          _ = try advance()
          isFirst = true
        } else {
          let place = token.range.lowerBound
          let item = token.kind == .megatron ? try megatron() : [CanonicalLayer(try group(repeated: times))]
          try add(item, times ?? Repeat(place: place), replacing: layers.count, in: &layers)
          isFirst = false
        }
      case .open:
        throw error(
          "a '(' needs a repeat count before it, as in 3*( … ), or the name of a primitive without a space between them",
          at: token.range.lowerBound)
      case .star: throw expected("a repeat count before the '*', as in 3*( … )")
      case .bar: throw expected("the name of a single primitive before the '|'")
      case .comma, .equals: throw expected("a space or the name of a primitive")
      }
    }
  }

  /// Puts `body × times` in place of the layers from `start` on.
  private func add(
    _ body: [CanonicalLayer], _ times: Repeat, replacing start: Int, in layers: inout [CanonicalLayer]
  ) throws(NotationError) {
    // At most 1 024 each, so neither the product nor the sum can overflow.
    guard start + body.count * times.count <= Layout.maximumLayers else {
      throw error(
        "the layout has more than \(Layout.maximumLayers) layers from here on (\(start) before, then "
          + "\(times.count) × \(body.count))", at: times.place)
    }
    layers.removeSubrange(start...)
    layers.reserveCapacity(start + body.count * times.count)
    for _ in 0..<times.count { layers += body }
  }

  /// Reads `3 *`, also several in a row, and nothing if there is none.
  private mutating func repeatCount() throws(NotationError) -> Repeat? {
    var times: Repeat?
    while token.kind == .word, text[token.range].allSatisfy(\.isDigit) {
      let digits = try advance()
      guard token.kind == .star else {
        throw error(
          "a repeat count needs a '*' after it, as in 3*mamba or 3*( … ), found \(found(token)) after "
            + quoted(text[digits.range]), at: digits.range.lowerBound)
      }
      _ = try advance()
      var product = times ?? Repeat(place: digits.range.lowerBound)
      let count = Int(string(digits)).flatMap { $0 <= Layout.maximumLayers ? $0 : nil } ?? Int.max
      guard (1...Layout.maximumLayers).contains(count), product.count * count <= Layout.maximumLayers else {
        throw error(
          "a repeat count must be from 1 to \(Layout.maximumLayers), found "
            + (product.count == 1 ? "" : "\(product.count) × ") + clipped(text[digits.range]),
          at: digits.range.lowerBound)
      }
      product.count *= count
      times = product
      guard token.kind == .word || token.kind == .open || token.kind == .megatron else {
        throw expected("'(' or the name of a primitive after the '*'")
      }
    }
    return times
  }

  /// Reads a primitive, or several with `|` between them.
  private mutating func group(repeated times: Repeat?) throws(NotationError) -> [LayerPrimitive] {
    var members = [try primitive()]
    while token.kind == .bar {
      if let times {
        throw error(
          "a parallel group is repeated as \(times.count)*( … | … ), its members cannot be repeated",
          at: token.range.lowerBound)
      }
      guard members.count < Layout.maximumMembers else {
        throw error("a parallel group has at most \(Layout.maximumMembers) members", at: token.range.lowerBound)
      }
      _ = try advance()
      switch token.kind {
      case .open, .megatron:
        throw error(
          "the members of a parallel group are single primitives, found \(found(token))", at: token.range.lowerBound)
      case .word where text[token.range].allSatisfy(\.isDigit):
        throw error(
          "the members of a parallel group are single primitives and cannot be repeated, found \(found(token))",
          at: token.range.lowerBound)
      case .word: members.append(try primitive())
      default: throw expected("the name of a primitive after the '|'")
      }
    }
    return members
  }

  // MARK: Primitives

  private mutating func primitive() throws(NotationError) -> LayerPrimitive {
    let name = try advance()
    guard let (type, implied) = PrimitiveNames.find(string(name)) else {
      throw error(PrimitiveNames.unknown(clipped(text[name.range])), at: name.range.lowerBound)
    }
    var given: [(name: String, value: OptionValue)] = []
    if token.kind == .open, !token.isSpaced { given = try options(of: type.specification) }
    let merged = implied.filter { pair in !given.contains { $0.name == pair.name } } + given
    do {
      return LayerPrimitive(type: type, options: try OptionValues(merged, for: type.specification))
    } catch {
      throw self.error("\(error)", at: name.range.lowerBound)
    }
  }

  /// Reads `(option=value, …)`; the names are the declared ones afterwards, the values allowed.
  private mutating func options(
    of primitive: PrimitiveSpecification
  ) throws(NotationError) -> [(name: String, value: OptionValue)] {
    var options: [(name: String, value: OptionValue)] = []
    _ = try advance()
    if token.kind == .close {
      _ = try advance()
      return []
    }
    while true {
      guard token.kind == .word else { throw expected("the name of an option of \(primitive.name)") }
      let name = try advance()
      let word = string(name)
      guard let option = primitive.options.first(where: { $0.name == word || $0.aliases.contains(word) }) else {
        let unknown = ArchitectureError.unknownOption(
          clipped(text[name.range]), primitive: primitive.name, known: primitive.options.map(\.name))
        throw error(unknown.description, at: name.range.lowerBound)
      }
      guard !options.contains(where: { $0.name == option.name }) else {
        let repeated = ArchitectureError.repeatedOption(option.name, primitive: primitive.name)
        throw error(repeated.description, at: name.range.lowerBound)
      }
      if let other = option.insteadOf, options.contains(where: { $0.name == other }) {
        let exclusive = ArchitectureError.exclusiveOptions(other, option.name, primitive: primitive.name)
        throw error(exclusive.description, at: name.range.lowerBound)
      }
      guard token.kind == .equals else { throw expected("'=' and a value for \(option.name)") }
      _ = try advance()
      guard token.kind == .word else { throw expected("a value for \(option.name), which is \(option.allowed)") }
      let written = try advance()
      guard let value = option.value(string(written)) else {
        var invalid = ArchitectureError.invalidOption(
          option.name, primitive: primitive.name, found: clipped(text[written.range]), allowed: option.allowed
        ).description
        if case .word(let words) = option.kind {
          invalid += suggestion(for: clipped(text[written.range]), among: words)
        }
        throw error(invalid, at: written.range.lowerBound)
      }
      options.append((option.name, value))
      guard token.kind == .comma || token.kind == .close else {
        throw expected("',' or ')' after the options of \(primitive.name)")
      }
      if try advance().kind == .close { return options }
    }
  }

  /// Reads `megatron:` and a pattern.
  private mutating func megatron() throws(NotationError) -> [CanonicalLayer] {
    let word = try advance()
    let letters = word.range.dropFirst(Lexer.megatronPrefix.count)
    guard !letters.isEmpty else {
      throw error("expected a pattern after 'megatron:'; \(Megatron.allowed)", at: word.range.upperBound)
    }
    let pattern = try MegatronPattern(text, in: letters)
    notes += pattern.notes
    return pattern.layers
  }
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}

extension OptionSpecification {
  /// The value that is written so, if it is allowed.
  func value(_ written: String) -> OptionValue? {
    let value: OptionValue? =
      switch kind {
      case .integer: Int(written).map(OptionValue.integer)
      case .word: .word(written)
      case .flag: Bool(written).map(OptionValue.flag)
      }
    return value.flatMap { allows($0) ? $0 : nil }
  }
}
