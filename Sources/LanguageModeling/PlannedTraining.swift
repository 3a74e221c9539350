import Layouts

/// A training of a language model that is to be done: everything that its result depends on besides the corpus.
public struct PlannedTraining: Codable, Hashable, Sendable {
  /// Canonical.
  public let layout: String
  public let plan: PerplexityPlan
  /// FLOPs of all its tokens.
  public let flops: Double

  /// - Throws: `LayerError` or `ArchitectureError` if the layout does not fit the plan.
  public init(_ layout: Layout, plan: PerplexityPlan) throws {
    let model = try layout.makeModel(dim: plan.dim, vocabulary: PerplexityPlan.vocabulary, maxLength: plan.length)
    self.init(layout, plan: plan, trainingFLOPs: model.costs(time: plan.length).trainingFLOPs)
  }

  /// - Parameter trainingFLOPs: per token.
  init(_ layout: Layout, plan: PerplexityPlan, trainingFLOPs: Double) {
    (self.layout, self.plan, flops) = (layout.canonical, plan, Double(plan.tokens) * trainingFLOPs)
  }
}
