import Architecture
import Training

/// How the rates of a model's tensors follow from one learning rate, that of the reference size: width 128, four layers.
public enum LearningRateRule: String, Codable, Sendable, CaseIterable {
  /// The rate that is best at one size is nearly best at another:
  ///
  ///     matrices         rate · 128 / width        (Yang et al. 2022, arXiv 2203.03466, for Adam)
  ///     all in a layer   rate · √(4 / layers)      (Yang et al. 2023, arXiv 2310.02244, without its scaled branches)
  ///
  /// Embeddings and what is vector-like (biases, norms, short convolutions, decays) keep their rate.
  case transfer
  /// One rate for everything at every size.
  case same

  public static let referenceDim = 128
  public static let referenceLayers = 4

  /// The tensors of a model with their rates. Weight decay is for matrices alone.
  public func groups(_ model: Model) -> [ParameterGroup] {
    let width = Double(Self.referenceDim) / Double(model.context.dim)
    let depth = (Double(Self.referenceLayers) / Double(model.layers.count)).squareRoot()
    func groups(_ part: ModelPart, rate: Double) -> [ParameterGroup] {
      part.tensors.filter(\.parameter.isTrained).map { tensor in
        let isMatrix = if case .matrix = tensor.parameter.role { true } else { false }
        let rate = (isMatrix ? width : 1) * rate
        return ParameterGroup(range: tensor.range, rate: self == .same ? 1 : rate, decays: isMatrix)
      }
    }
    return groups(model.parts.embedding, rate: 1) + model.parts.layers.flatMap { groups($0, rate: depth) }
      + groups(model.parts.head, rate: 1)
  }
}
