import Architecture
import Layouts
import Text

/// The baseline of the command line: the name of a known hybrid, with which a search could be seeded too, or a layout.
enum BaselineArgument {
  /// - Throws: `Failure` with the nearest name, or as `LayoutArgument`.
  static func read(_ word: String) throws -> LayoutArgument {
    if KnownHybrids.all.contains(where: { $0.name == word }) { return try LayoutArgument([KnownHybrids.prefix + word]) }
    do {
      return try LayoutArgument([word])
    } catch let error as NotationError {
      guard word.allSatisfy({ $0.isLetter || $0.isNumber || "-_+.".contains($0) }), !word.isEmpty else { throw error }
      let hybrids = KnownHybrids.all.map(\.name)
      let near = suggestion(for: word, among: hybrids + Primitives.all.map { $0.specification.name })
      throw Failure(
        .commandLine,
        "--baseline: there is no hybrid or primitive '\(word)'"
          + (near.isEmpty ? "; the hybrids are \(hybrids.joined(separator: ", "))" : near))
    }
  }
}
