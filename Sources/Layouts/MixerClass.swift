/// What kind of sequence mixers a layout has.
public enum MixerClass: String, Sendable, CaseIterable {
  case attention, recurrent, convolutional
  /// Of more than one kind.
  case hybrid
  /// No sequence mixers at all.
  case none

  private static let convolutions: Set<String> = ["hyena", "mh-hyena", "hyena-experts", "gated-short-conv"]

  public init(_ layout: Layout) {
    let kinds = Set(
      layout.layers.joined().compactMap { primitive -> MixerClass? in
        let specification = primitive.type.specification
        guard specification.kind == .sequenceMixer else { return nil }
        if specification.name == "attention" { return .attention }
        return Self.convolutions.contains(specification.name) ? .convolutional : .recurrent
      })
    self = kinds.count > 1 ? .hybrid : kinds.first ?? .none
  }
}
