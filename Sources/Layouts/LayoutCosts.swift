import Architecture

/// What a layout costs at a size, layer by layer and in all, as a language model.
public struct LayoutCosts: Sendable {
  /// Trained parameters with the costs of one part of the model.
  public struct Part: Sendable, Equatable {
    public let parameters: Int
    public let costs: Costs
  }

  public let embedding: Part
  /// Each layer with its normalisation; the members of a parallel group together.
  public let layers: [Part]
  /// The final normalisation and the unembedding.
  public let unembedding: Part
  public let total: Part

  /// - Parameter context: the length of sequences for FLOPs and state, and of implicit filters.
  /// - Throws: as `Layout.makeModel`.
  public init(_ layout: Layout, dim: Int, vocabulary: Int, context: Int) throws {
    let model = try layout.makeModel(dim: dim, vocabulary: vocabulary, maxLength: context)
    var (first, last) = (0, 0)
    var inLayers = [Int](repeating: 0, count: layout.layers.count)
    for tensor in model.tensors.trained {
      let path = tensor.parameter.name.split(separator: ".", maxSplits: 2)
      if path.first == "blocks", path.count > 1, let layer = Int(path[1]), inLayers.indices.contains(layer) {
        inLayers[layer] += tensor.parameter.count
      } else if path.first == "token_embeds" {
        first += tensor.parameter.count
      } else {
        last += tensor.parameter.count
      }
    }
    let nothing = Costs(forwardFLOPs: 0, state: 0)
    embedding = Part(parameters: first, costs: nothing)
    layers = zip(inLayers, model.layers).map { parameters, group in
      Part(parameters: parameters, costs: group.reduce(nothing) { $0 + $1.costs(time: context) })
    }
    unembedding = Part(
      parameters: last, costs: Costs(forwardFLOPs: 2 * Double(dim) * Double(vocabulary), state: 0))
    total = Part(parameters: model.parameterCount, costs: model.costs(time: context))
  }
}
