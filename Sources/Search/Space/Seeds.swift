import Layouts

extension Space {
  /// Hybrids are not fitted to more layers than this.
  private static let deepestSeed = 64

  /// What a text of `seed-with` stands for, normalised as the space's own layouts are: a layout, or a known hybrid by
  /// name. A hybrid, and a layout deeper than the space that does not say its depth, are fitted to the most layers of the
  /// space with which they meet the constraints, or else to the most layers.
  /// - Throws: `HybridError` or `NotationError`.
  public func seed(_ text: String) throws -> (layout: Layout, hybrid: String?) {
    let most = min(layers.upperBound, Self.deepestSeed)
    if KnownHybrids.all.contains(where: { $0.name == text }) {
      let hybrid = try KnownHybrids.named(text)
      return (try deepest(upTo: most, hybrid.fitted), text)
    }
    let seed = try LayoutText(text)
    let isDeeper = seed.layout.layers.count > layers.upperBound && !seed.saysDepth
    return (
      isDeeper ? try deepest(upTo: most, seed.layout.fitted) : normalized(seed.layout),
      text.hasPrefix(KnownHybrids.prefix) ? text : nil
    )
  }

  /// The layout of the most layers that meets the constraints, or else of the most layers.
  private func deepest(upTo most: Int, _ fitted: (Int) throws -> Layout) throws -> Layout {
    for count in (min(layers.lowerBound, most)...most).reversed() where count > 0 {
      let layout = normalized(try fitted(count))
      if let proposal = try? proposal(of: layout), proposal.isFeasible { return layout }
    }
    return normalized(try fitted(most))
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
