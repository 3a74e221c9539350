import Architecture
import Foundation
import Layouts
import Training

/// How the rates of a model's tensors follow from one learning rate, that of the reference size: width 128, four layers.
public enum LearningRateRule: String, Codable, Sendable, CaseIterable {
  /// The rate that is best at one size is nearly best at another:
  ///
  ///     matrices         rate · 128 / width        (Yang et al. 2022, arXiv 2203.03466, for Adam)
  ///     all in a layer   rate · √(4 / layers)      (Yang et al. 2023, arXiv 2310.02244, without its scaled branches)
  ///
  /// A matrix is a tensor of two dimensions or more that starts the smaller the wider the model is, as linear maps do:
  /// its outputs sum over a number of inputs that grows with the width. Embeddings, biases, norms, short convolutions and
  /// decays keep their rate.
  case transfer
  /// One rate for everything at every size.
  case same

  public static let referenceDim = 128
  public static let referenceLayers = 4

  /// The tensors of a layout's model with their rates. Weight decay is for matrices alone.
  /// - Throws: as `Layout.makeModel`.
  public func groups(_ layout: Layout, _ model: Model) throws -> [ParameterGroup] {
    // What is a matrix shows at twice the width.
    let wide = try layout.makeModel(
      dim: 2 * model.context.dim, vocabulary: model.vocabulary, maxLength: model.context.maxLength,
      backbone: model.backbone, norm: model.norm)
    let wideScales = Dictionary(
      wide.tensors.trained.map { ($0.parameter.name, $0.parameter.initial.scale) }, uniquingKeysWith: { $1 })
    let width = Double(Self.referenceDim) / Double(model.context.dim)
    let depth = (Double(Self.referenceLayers) / Double(layout.layers.count)).squareRoot()
    let tensors = model.tensors.trained
    return tensors.indices.map { index in
      let parameter = tensors[index].parameter
      let end = index + 1 < tensors.count ? tensors[index + 1].offset : model.tensors.trainedCount
      var isMatrix = false
      if parameter.shape.count > 1, let scale = parameter.initial.scale, let wider = wideScales[parameter.name] ?? nil {
        isMatrix = wider < 0.9 * scale
      }
      let rate = (isMatrix ? width : 1) * (parameter.name.hasPrefix("blocks.") ? depth : 1)
      return ParameterGroup(range: tensors[index].offset..<end, rate: self == .same ? 1 : rate, decays: isMatrix)
    }
  }
}
