import Engine

/// A model to train: its layers, its size and what surrounds the layers. Validated, and with every tensor placed.
public struct Model: Sendable {
  public enum Backbone: String, Sendable, CaseIterable {
    case languageModel = "language-model"
    case autoEncoder = "autoencoder"

    /// What follows the layers.
    var head: any Head.Type {
      switch self {
      case .languageModel: LanguageModelHead.self
      case .autoEncoder: AutoEncoderHead.self
      }
    }
  }

  public let context: ModelContext
  public let vocabulary: Int
  public let backbone: Backbone
  public let norm: Normalization
  /// The layers in order; the primitives of one layer read the same normalised input and their outputs are summed.
  public let layers: [[any Primitive]]
  /// What it consists of.
  public let parts: ModelParts
  /// Every tensor with its place in the flat buffers.
  public let tensors: TensorTable

  /// A model of the given layers. Without any it predicts from the present token alone.
  /// - Throws: `ArchitectureError.unsuitable` or `.invalidModel`.
  public init(
    layers: [[LayerPrimitive]], context: ModelContext, vocabulary: Int, backbone: Backbone = .languageModel,
    norm: Normalization = .rmsNorm
  ) throws {
    guard layers.allSatisfy({ !$0.isEmpty }) else {
      throw ArchitectureError.invalidModel("a layer needs at least one primitive")
    }
    for (name, value, range) in [
      ("the width", context.dim, 1...16_384), ("the length", context.maxLength, 1...1_048_576),
      ("the vocabulary", vocabulary, 1...1_000_000),
    ] where !range.contains(value) {
      throw ArchitectureError.invalidModel(
        "\(name) must be from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
    (self.context, self.vocabulary, self.backbone, self.norm) = (context, vocabulary, backbone, norm)
    self.layers = try layers.map { try $0.map { try $0.type.init($0.options, in: context) } }
    let parameters =
      [Embedding.parameters(vocabulary: vocabulary, dim: context.dim)]
      + self.layers.enumerated().map { LayerStack.parameters($1, layer: $0, norm, dim: context.dim) }
      + [backbone.head.parameters(vocabulary: vocabulary, context, norm)]
    tensors = TensorTable(parameters)
    guard tensors.count <= Int(Int32.max) else {
      throw ArchitectureError.invalidModel(
        "the model has \(tensors.count) parameters, at most \(Int32.max) are possible")
    }
    parts = ModelParts(
      tensors.parts, layers: self.layers, head: backbone.head.costs(vocabulary: vocabulary, dim: context.dim))
  }

  /// The number of trained parameters, embedding and unembedding included.
  public var parameterCount: Int { parts.all.reduce(0) { $0 + $1.parameterCount } }

  /// The costs of all parts on sequences of `time` tokens.
  public func costs(time: Int) -> Costs {
    parts.layers.reduce(parts.head.costs(time: time)) { $0 + $1.costs(time: time) }
  }

  /// A new set of weights: each tensor from its own stream, whatever the others are.
  /// - Parameter embeddingDeviation: standard deviation of the token embedding.
  public func makeWeights(seed: UInt64, embeddingDeviation: Double = Embedding.deviation) -> Buffer {
    let weights = Buffer(count: tensors.count)
    for tensor in tensors.all {
      var random = RandomStream(seed: seed, "weights", .init(tensor.parameter.name))
      let isEmbedding = tensor.parameter.role == .embedding
      let initial = isEmbedding ? .normal(deviation: embeddingDeviation) : tensor.parameter.initial
      initial.fill(weights.pointer + tensor.offset, count: tensor.parameter.count, random: &random)
    }
    return weights
  }
}

/// A primitive to be instantiated: its type and options.
public struct LayerPrimitive: Sendable {
  public let type: any Primitive.Type
  public let options: OptionValues
  public init(type: any Primitive.Type, options: OptionValues) { (self.type, self.options) = (type, options) }
}
