import Architecture

extension Layout {
  /// The shortest piece that the layout is a repeat of.
  public var stripe: [[LayerPrimitive]] {
    let texts = layers.indices.map { text(layer: $0) }
    let period = (1...texts.count).first { period in
      texts.count.isMultiple(of: period) && texts.indices.allSatisfy { texts[$0] == texts[$0 % period] }
    }
    return Array(layers.prefix(period ?? layers.count))
  }
}
