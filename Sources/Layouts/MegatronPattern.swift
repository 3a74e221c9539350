import Architecture
import Text

/// A Megatron pattern taken apart:
///
///     pattern = stage { "|" stage } { "/" heads }        stage = { letter | "[" letter { letter } "]" }
///
/// The stages of a pipeline are one model; a group in brackets is its layers one after the other; what follows a `/` are
/// the layers of heads that predict tokens further ahead, which are no part of the model that is searched.
struct MegatronPattern {
  static let signs: [Unicode.Scalar] = ["|", "/", "[", "]"]

  let layers: [CanonicalLayer]
  /// What has been left out, for people.
  let notes: [String]

  /// - Parameter range: where the pattern stands in the text, without the prefix.
  init(_ text: [Unicode.Scalar], in range: Range<Int>) throws(NotationError) {
    let parts = text[range].split(separator: "/", omittingEmptySubsequences: false)
    guard let main = parts.first, main.contains(where: { !Self.signs.contains($0) }) else {
      throw NotationError("expected a layer of a Megatron pattern; \(Megatron.allowed)", at: range.lowerBound, in: text)
    }
    layers = try Self.layers(main, text)
    var heads: [String] = []
    for part in parts.dropFirst() where !part.isEmpty {
      for place in part.indices where Megatron.primitive(text[place]) == nil {
        throw NotationError(Megatron.complaint(text[place]), at: place, in: text)
      }
      heads.append(String(String.UnicodeScalarView(part)))
    }
    notes = heads.isEmpty ? [] : [Self.note(heads)]
  }

  private static func layers(
    _ part: ArraySlice<Unicode.Scalar>, _ text: [Unicode.Scalar]
  ) throws(NotationError) -> [CanonicalLayer] {
    func failure(_ message: String, _ place: Int) -> NotationError { NotationError(message, at: place, in: text) }
    var layers: [CanonicalLayer] = []
    /// Where a group has been opened.
    var group: Int?
    for place in part.indices {
      switch text[place] {
      case "|":
        guard group == nil else { throw failure("a group of layers ends before the stage does, with ']'", place) }
      case "[":
        guard group == nil else { throw failure("groups of layers are not nested", place) }
        group = place
      case "]":
        guard let start = group else { throw failure("this ']' closes no group of layers", place) }
        guard place > start + 1 else { throw failure("a group has at least one layer", place) }
        group = nil
      case let letter:
        guard let name = Megatron.primitive(letter) else { throw failure(Megatron.complaint(letter), place) }
        guard let (type, _) = PrimitiveNames.find(name), let options = try? OptionValues([], for: type.specification)
        else { throw failure(PrimitiveNames.unknown(name), place) }
        layers.append(CanonicalLayer([LayerPrimitive(type: type, options: options)]))
        guard layers.count <= Layout.maximumLayers else {
          throw failure("a pattern has at most \(Layout.maximumLayers) layers, found more", place)
        }
      }
    }
    if let group { throw failure("the group of layers that starts here is not closed", group) }
    return layers
  }

  private static func note(_ heads: [String]) -> String {
    let shown = Set(heads).count == 1 ? heads[0] : heads.joined(separator: ", ")
    return heads.count == 1
      ? "a prediction head (\(shown)) is left out" : "\(heads.count) prediction heads (\(shown)) are left out"
  }
}
