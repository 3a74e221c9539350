import Engine

/// A model to train: its layers, its size and what surrounds the layers. Validated, and with every tensor placed.
public struct Model: Sendable {
  public enum Backbone: String, Sendable, CaseIterable {
    case languageModel = "language-model"
    case autoEncoder = "autoencoder"
  }

  public let context: ModelContext
  public let vocabulary: Int
  public let backbone: Backbone
  public let norm: Normalization
  /// The layers in order; the primitives of one layer read the same normalised input and their outputs are summed.
  public let layers: [[any Primitive]]
  /// Every tensor with its place in the flat buffers.
  public let tensors: TensorTable

  /// - Throws: `ArchitectureError.unsuitable` or `.invalidModel`.
  public init(
    layers: [[LayerPrimitive]], context: ModelContext, vocabulary: Int, backbone: Backbone = .languageModel,
    norm: Normalization = .rmsNorm
  ) throws {
    guard !layers.isEmpty, layers.allSatisfy({ !$0.isEmpty }) else {
      throw ArchitectureError.invalidModel("a model needs at least one layer")
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

    var table = TensorTable()
    table.add(Embedding.parameters(vocabulary: vocabulary, dim: context.dim))
    for (index, group) in self.layers.enumerated() {
      table.add(norm.parameters(dim: context.dim), under: LayerStack.normName(index))
      for (member, primitive) in group.enumerated() {
        table.add(primitive.parameters, under: LayerStack.mixerName(index, member: member, of: group.count))
      }
    }
    switch backbone {
    case .languageModel: table.add(LanguageModelHead.parameters(vocabulary, context, norm))
    case .autoEncoder: table.add(AutoEncoderHead.parameters(vocabulary, context, norm))
    }
    guard table.count <= Int(Int32.max) else {
      throw ArchitectureError.invalidModel("the model has \(table.count) parameters, at most \(Int32.max) are possible")
    }
    tensors = table
  }

  /// The number of trained parameters, embedding and unembedding included.
  public var parameterCount: Int { tensors.trained.reduce(0) { $0 + $1.parameter.count } }

  /// The costs of the layers and of the unembedding (whose FLOPs count, and which has no state).
  public func costs(time: Int) -> Costs {
    let dim = Double(context.dim)
    let unembedding = Costs(forwardFLOPs: 2 * dim * Double(vocabulary), state: 0)
    let decoder = Costs(forwardFLOPs: backbone == .autoEncoder ? 4 * dim * dim : 0, state: 0)
    return layers.joined().reduce(unembedding + decoder) { $0 + $1.costs(time: time) }
  }

  /// A new set of weights: each tensor from its own stream, whatever the others are.
  /// - Parameter embeddingDeviation: standard deviation of the token embedding.
  public func makeWeights(seed: UInt64, embeddingDeviation: Double = Embedding.deviation) -> Buffer {
    let weights = Buffer(count: tensors.count)
    for tensor in tensors.all {
      var random = RandomStream(seed: seed, "weights", .init(tensor.parameter.name))
      let isEmbedding = tensor.parameter.name == Embedding.name
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

/// Where each tensor lies in the flat buffers of weights, gradients and moments: trained ones first, constants after.
public struct TensorTable: Sendable {
  public struct Entry: Sendable {
    public let parameter: Parameter
    public let offset: Int
  }

  public private(set) var trained: [Entry] = []
  private var fixed: [Parameter] = []
  /// The length of the trained part, in floats; each tensor starts on a 64-byte line.
  public private(set) var trainedCount = 0

  mutating func add(_ parameters: [Parameter], under prefix: String? = nil) {
    for parameter in parameters {
      let named = prefix.map { parameter.renamed("\($0).\(parameter.name)") } ?? parameter
      if named.isTrained {
        trained.append(Entry(parameter: named, offset: trainedCount))
        trainedCount += aligned(named.count)
      } else {
        fixed.append(named)
      }
    }
  }

  /// The constants, placed behind the trained tensors.
  public var constants: [Entry] {
    var offset = trainedCount
    return fixed.map { parameter in
      defer { offset += aligned(parameter.count) }
      return Entry(parameter: parameter, offset: offset)
    }
  }

  public var all: [Entry] { trained + constants }
  /// The length of a buffer for all tensors, in floats.
  public var count: Int { fixed.reduce(trainedCount) { $0 + aligned($1.count) } }
}
