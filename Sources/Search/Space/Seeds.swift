import Layouts

extension Space {
  /// What a text of `seed-with` stands for: a known hybrid by name, fitted to the deepest layout of the space that it
  /// comes in, or a layout.
  /// - Throws: `HybridError` or `NotationError`.
  public func seed(_ text: String) throws -> (layout: Layout, hybrid: String?) {
    if let layout = try KnownHybrids.layout(reference: text) { return (layout, text) }
    guard KnownHybrids.all.contains(where: { $0.name == text }) else { return (try Layout(parsing: text), nil) }
    return (try KnownHybrids.named(text).fitted(toLayers: min(layers.upperBound, 64)), text)
  }
}
