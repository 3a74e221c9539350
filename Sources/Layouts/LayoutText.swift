import Architecture

/// What a text stands for where a layout is expected:
///
///     hybrid:NAME, hybrid:NAME:LAYERS, hybrid:NAME:published      a known hybrid
///     megatron:PATTERN, PATTERN, either with :LAYERS              a Megatron pattern, as it is or fitted to a depth
///
/// and else a layout in notation.
public struct LayoutText: Sendable {
  public let layout: Layout
  /// What has been left out, for people.
  public let notes: [String]
  /// Whether the text says how deep the layout is to be, so that nobody else should.
  public let saysDepth: Bool

  /// - Throws: `HybridError` or `NotationError`.
  public init(_ text: String) throws {
    let word = text.trimmingWhitespace
    if let layout = try KnownHybrids.layout(reference: word) {
      self.init(layout: layout, saysDepth: true)
    } else if let advice = KnownHybrids.advice(for: word) {
      throw HybridError(advice)
    } else if let pattern = try Self(pattern: text) {
      self = pattern
    } else {
      let (layout, notes) = try NotationParser.read(text)
      self.init(layout: layout, notes: notes)
    }
  }

  public init(_ model: PublishedModel) { self.init(layout: model.layout, notes: model.notes) }

  init(layout: Layout, notes: [String] = [], saysDepth: Bool = false) {
    (self.layout, self.notes, self.saysDepth) = (layout, notes, saysDepth)
  }

  /// None if the text is no Megatron pattern on its own.
  private init?(pattern text: String) throws {
    let text = Array(text.unicodeScalars)
    guard let first = text.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = text.lastIndex(where: { !$0.properties.isWhitespace })
    else { return nil }
    let start = text[first...].starts(with: Lexer.megatronPrefix) ? first + Lexer.megatronPrefix.count : first
    let end = text[start...last].firstIndex(of: ":") ?? last + 1
    guard start < end, start > first || Megatron.isPattern(text[start..<end]),
      !text[start...last].contains(where: \.isNoPattern)
    else { return nil }
    let pattern = try MegatronPattern(text, in: start..<end)
    let layout = try Layout(pattern.layers)
    self.init(layout: layout, notes: pattern.notes)
    if end <= last { self = try fitted(toLayers: Self.depth(text[(end + 1)..<(last + 1)], after: "the pattern")) }
  }

  /// The number of layers of a text such as `hybrid:NAME:8` after its last colon.
  /// - Throws: `HybridError` if it is no whole number.
  public static func depth(_ text: some Collection<Unicode.Scalar>, after what: String) throws -> Int {
    guard let depth = Int(String(String.UnicodeScalarView(text))) else {
      throw HybridError("after \(what): the number of layers is expected, found '\(clipped(text))'")
    }
    return depth
  }

  /// The same pattern at another depth, as listed hybrids are fitted.
  /// - Throws: `HybridError` if the number of layers is impossible.
  public func fitted(toLayers count: Int) throws -> Self {
    Self(layout: try layout.fitted(toLayers: count), notes: notes, saysDepth: true)
  }
}

extension String {
  /// Without white space at its ends.
  var trimmingWhitespace: String {
    let scalars = unicodeScalars.drop(while: \.properties.isWhitespace)
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    return String(scalars[...last])
  }
}

extension Unicode.Scalar {
  /// White space and parentheses end a pattern.
  fileprivate var isNoPattern: Bool { properties.isWhitespace || self == "(" || self == ")" }
}
