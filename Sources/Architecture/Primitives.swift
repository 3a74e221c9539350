/// The registry: every primitive that a layout may name.
public enum Primitives {
  public static let all: [any Primitive.Type] = [
    Attention.self,
    LinearAttention.self,
    GatedLinearAttention.self,
    GatedDeltaNet.self,
    RWKV5TimeMixer.self,
    RWKV6TimeMixer.self,
    Hyena.self,
    MultiHeadHyena.self,
    HyenaExperts.self,
    MLP.self,
    SwiGLU.self,
    MixtureOfExperts.self,
    RWKV5ChannelMixer.self,
    RWKV6ChannelMixer.self,
    GatedShortConvolution.self,
    Mamba.self,
    Mamba2.self,
  ]

  /// The primitive with a name or alias, and the options that the alias stands for.
  /// - Throws: `ArchitectureError.unknownPrimitive`.
  public static func named(_ name: String) throws -> (
    type: any Primitive.Type, options: [(name: String, value: OptionValue)]
  ) {
    for type in all {
      if type.specification.name == name { return (type, []) }
      for alias in type.specification.aliases where alias.name == name { return (type, alias.options) }
    }
    let known = all.flatMap { [$0.specification.name] + $0.specification.aliases.map(\.name) }
    throw ArchitectureError.unknownPrimitive(name, known: known)
  }
}
