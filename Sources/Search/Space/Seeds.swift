import Layouts

extension Space {
  /// Hybrids are not fitted to more layers than this.
  private static let deepestSeed = 64

  /// What a text of `seed-with` stands for: a layout, or a known hybrid by name, fitted to the most layers of the space
  /// with which it meets the constraints, or else to the most layers; either is normalised as the space's own layouts are.
  /// - Throws: `HybridError` or `NotationError`.
  public func seed(_ text: String) throws -> (layout: Layout, hybrid: String?) {
    if let layout = try KnownHybrids.layout(reference: text) { return (normalized(layout), text) }
    guard KnownHybrids.all.contains(where: { $0.name == text }) else {
      return (normalized(try Layout(parsing: text)), nil)
    }
    let hybrid = try KnownHybrids.named(text)
    let most = min(layers.upperBound, Self.deepestSeed)
    for count in (min(layers.lowerBound, most)...most).reversed() where count > 0 {
      let layout = normalized(try hybrid.fitted(toLayers: count))
      if let proposal = try? proposal(of: layout), proposal.isFeasible { return (layout, text) }
    }
    return (normalized(try hybrid.fitted(toLayers: most)), text)
  }

  /// A layout from outside with the state and the parameters that the space asks for; options that it gives stay. One that
  /// cannot be built stays as it is, for others to say why.
  private func normalized(_ layout: Layout) -> Layout {
    var layout = layout
    if let stateFit {
      layout = (try? Layout(layout.layers.map { layer in layer.map { stateFit.fit($0) } })) ?? layout
    }
    return (try? fitted(layout).layout) ?? layout
  }
}
