import Architecture

extension Layout {
  /// The families of its sequence mixers.
  public var families: Set<PrimitiveSpecification.Family> {
    Set(layers.joined().map { $0.type.specification.family }).subtracting([.channelMixer])
  }

  /// What a study calls it: the family of its sequence mixers, `hybrid` if there are several, `none` without any.
  public var classification: String { families.count > 1 ? "hybrid" : families.first?.rawValue ?? "none" }
}

extension [LayerPrimitive] {
  var hasSequenceMixer: Bool { contains { $0.type.specification.kind == .sequenceMixer } }

  func has(_ family: PrimitiveSpecification.Family) -> Bool { contains { $0.type.specification.family == family } }

  /// Whether it attends to the whole past.
  var hasFullAttention: Bool {
    contains { $0.type.specification.family == .attention && $0.options["window"] == nil }
  }
}
