import Layouts

/// The baseline of the command line: the name of a known hybrid, with which a search could be seeded too, or a layout.
enum BaselineArgument {
  /// - Throws: `Failure` with the nearest name, or as `LayoutArgument`.
  static func read(_ word: String) throws -> LayoutArgument {
    if KnownHybrids.all.contains(where: { $0.name == word }) { return try LayoutArgument([KnownHybrids.prefix + word]) }
    if let message = UnknownName.message(word) { throw Failure(.commandLine, "--baseline: " + message) }
    return try LayoutArgument([word])
  }
}
