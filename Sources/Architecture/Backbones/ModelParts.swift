/// What a model consists of, in the order of computation.
public struct ModelParts: Sendable {
  /// The token embedding, which costs no FLOPs.
  public let embedding: ModelPart
  /// Each layer with its normalisation; the members of a parallel group together.
  public let layers: [ModelPart]
  /// The final normalisation and the unembedding, and the decoder of an autoencoder.
  public let head: ModelPart

  public var all: [ModelPart] { [embedding] + layers + [head] }

  /// - Parameter tensors: of the embedding, of each layer and of the head.
  init(_ tensors: [[TensorTable.Entry]], layers: [[any Primitive]], head: Costs) {
    embedding = ModelPart(tensors: tensors[0]) { _ in .none }
    self.layers = layers.enumerated().map { index, group in
      ModelPart(tensors: tensors[index + 1]) { time in group.reduce(.none) { $0 + $1.costs(time: time) } }
    }
    self.head = ModelPart(tensors: tensors[layers.count + 1]) { _ in head }
  }
}

/// The embedding, a layer or the head of a model.
public struct ModelPart: Sendable {
  /// Its tensors, constants included.
  public let tensors: [TensorTable.Entry]
  private let costs: @Sendable (_ time: Int) -> Costs

  init(tensors: [TensorTable.Entry], costs: @escaping @Sendable (_ time: Int) -> Costs) {
    (self.tensors, self.costs) = (tensors, costs)
  }

  /// The number of trained parameters.
  public var parameterCount: Int { tensors.reduce(0) { $0 + ($1.parameter.isTrained ? $1.parameter.count : 0) } }

  /// What it costs on sequences of `time` tokens.
  public func costs(time: Int) -> Costs { costs(time) }
}
