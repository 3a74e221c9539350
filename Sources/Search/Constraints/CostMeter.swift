import Architecture
import Layouts

/// What a layout costs, as a language model of the space's size.
public struct CostSummary: Sendable, Hashable {
  public var layers: Int
  /// Trained parameters, embedding and unembedding included.
  public var parameters: Int
  /// FLOPs per token at the space's context.
  public var forwardFLOPs: Double
  public var trainingFLOPs: Double
  /// Numbers kept per sequence at the context of the state.
  public var state: Int
  /// The same without distilling long convolutions.
  public var cache: Int

  public init(
    layers: Int, parameters: Int, forwardFLOPs: Double, trainingFLOPs: Double, state: Int, cache: Int
  ) {
    (self.layers, self.parameters, self.forwardFLOPs) = (layers, parameters, forwardFLOPs)
    (self.trainingFLOPs, self.state, self.cache) = (trainingFLOPs, state, cache)
  }

  public static let zero = CostSummary(
    layers: 0, parameters: 0, forwardFLOPs: 0, trainingFLOPs: 0, state: 0, cache: 0)

  public static func + (a: Self, b: Self) -> Self {
    Self(
      layers: a.layers + b.layers, parameters: a.parameters + b.parameters,
      forwardFLOPs: a.forwardFLOPs + b.forwardFLOPs, trainingFLOPs: a.trainingFLOPs + b.trainingFLOPs,
      state: a.state + b.state, cache: a.cache + b.cache)
  }
}

/// Counts costs. Those of a layout are the sum of its layers' and of what surrounds them.
struct CostMeter: Sendable {
  let dim, vocabulary, maxLength: Int
  /// Tokens at which FLOPs and state are counted.
  let context, stateContext: Int
  /// Embedding, final normalisation and unembedding.
  let surroundings: CostSummary

  init(_ file: SpaceFile) {
    dim = file.model.dim
    vocabulary = file.model.vocabulary
    context = file.model.context ?? file.constraints.state?.context ?? 1024
    stateContext = file.constraints.state?.context ?? context
    maxLength = file.model.maxLength ?? max(context, stateContext)
    let size = ModelContext(dim: dim, maxLength: maxLength)
    let bare = try? Model(layers: [], context: size, vocabulary: vocabulary)
    surroundings = bare?.summary(context: context, stateContext: stateContext) ?? .zero
  }

  /// The costs of one layer with its normalisation.
  /// - Throws: `ArchitectureError` if it cannot be built at this size.
  func layer(_ members: [LayerPrimitive]) throws -> CostSummary {
    let size = ModelContext(dim: dim, maxLength: maxLength)
    let model = try Model(layers: [members], context: size, vocabulary: vocabulary)
    let part = model.parts.layers[0]
    return CostSummary(
      layers: 1, parameters: part.parameterCount, costs: part.costs, context: context, stateContext: stateContext)
  }

  /// The costs of any layout.
  /// - Throws: `LayerError` or `ArchitectureError` if it cannot be built at this size.
  func layout(_ layout: Layout) throws -> CostSummary {
    try layout.makeModel(dim: dim, vocabulary: vocabulary, maxLength: maxLength)
      .summary(context: context, stateContext: stateContext)
  }
}

extension CostSummary {
  fileprivate init(
    layers: Int, parameters: Int, costs: (_ time: Int) -> Costs, context: Int, stateContext: Int
  ) {
    let spent = costs(context)
    let held = stateContext == context ? spent : costs(stateContext)
    self.init(
      layers: layers, parameters: parameters, forwardFLOPs: spent.forwardFLOPs, trainingFLOPs: spent.trainingFLOPs,
      state: held.state, cache: held.cache)
  }
}

extension Model {
  fileprivate func summary(context: Int, stateContext: Int) -> CostSummary {
    CostSummary(
      layers: layers.count, parameters: parameterCount, costs: costs, context: context, stateContext: stateContext)
  }
}
