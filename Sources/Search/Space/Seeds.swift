import Layouts

extension Space {
  /// Hybrids are not fitted to more layers than this.
  private static let deepestSeed = 64

  /// What a text of `seed-with` stands for: a layout, or a known hybrid by name, fitted to the most layers of the space
  /// with which it meets the constraints, or else to the most layers.
  /// - Throws: `HybridError` or `NotationError`.
  public func seed(_ text: String) throws -> (layout: Layout, hybrid: String?) {
    if let layout = try KnownHybrids.layout(reference: text) { return (layout, text) }
    guard KnownHybrids.all.contains(where: { $0.name == text }) else { return (try Layout(parsing: text), nil) }
    let hybrid = try KnownHybrids.named(text)
    let most = min(layers.upperBound, Self.deepestSeed)
    for count in (min(layers.lowerBound, most)...most).reversed() where count > 0 {
      let layout = try hybrid.fitted(toLayers: count)
      if let proposal = try? proposal(of: layout), proposal.isFeasible { return (layout, text) }
    }
    return (try hybrid.fitted(toLayers: most), text)
  }
}
