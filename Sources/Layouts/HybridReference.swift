import Architecture

extension KnownHybrids {
  /// What the text of a hybrid starts with where a layout is expected, since hybrids and primitives share names.
  public static let prefix = "hybrid:"
  /// How many layers a hybrid is fitted to unless its text says how many.
  public static let defaultLayers = 8

  /// The layout that `hybrid:NAME`, `hybrid:NAME:LAYERS` or `hybrid:NAME:published` means; `nil` for other texts.
  /// - Throws: `HybridError` if there is no such hybrid or it does not come in this depth.
  public static func layout(reference text: String) throws -> Layout? {
    guard text.hasPrefix(prefix) else { return nil }
    let parts = text.dropFirst(prefix.count).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let hybrid = try named(String(parts[0]))
    guard parts.count == 2 else { return try hybrid.fitted(toLayers: defaultLayers) }
    if parts[1] == "published" {
      guard let published = hybrid.published else {
        throw HybridError(
          "'\(hybrid.name)' is a stripe of any depth; say how many layers, e.g. \(prefix)\(hybrid.name):16")
      }
      return try Layout(parsing: published)
    }
    guard let layers = Int(parts[1]) else {
      throw HybridError(
        "after \(prefix)\(hybrid.name): the number of layers or 'published' is expected, "
          + "found '\(clipped(parts[1].unicodeScalars))'")
    }
    return try hybrid.fitted(toLayers: layers)
  }

  /// The advice to write the prefix, if a text is the name of a hybrid with or without a depth and of no primitive.
  public static func advice(for text: String) -> String? {
    let name = text.prefix { $0 != ":" }
    guard all.contains(where: { $0.name == name }), (try? Primitives.named(text)) == nil else { return nil }
    return "'\(name)' is a hybrid, not a primitive; write '\(prefix)\(text)'"
  }
}
