import Architecture
import Layouts
import Text

/// A word where a known hybrid or a layout is expected, and that is neither.
enum UnknownName {
  /// What to say about it, with the nearest hybrid or else the nearest primitive; nil if the word is no name, or known.
  static func message(_ word: String) -> String? {
    guard !word.isEmpty, word.allSatisfy({ $0.isLetter || $0.isNumber || "-_+.".contains($0) }),
      (try? LayoutText(word)) == nil
    else { return nil }
    let hybrids = KnownHybrids.all.map(\.name)
    let near = [hybrids, Primitives.all.map { $0.specification.name }].map { suggestion(for: word, among: $0) }
    return "there is no hybrid or primitive '\(word)'"
      + (near.first { !$0.isEmpty } ?? "; the hybrids are \(hybrids.joined(separator: ", "))")
  }
}
