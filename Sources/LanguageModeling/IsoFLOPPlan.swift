import Architecture
import Foundation
import Layouts

/// The trainings of one layout at several sizes for each budget of compute (Hoffmann et al. 2022, arXiv 2203.15556,
/// approach 2).
///
/// A size is a multiple of 16 for the width and a number of layers that is the layout's stripe repeated, from width / 64
/// to width / 16 layers, once at least; the layout's own number of layers does not matter. For each budget the plan has a
/// row of targets for tokens per parameter, each four times the one before, with `middleRatio` in the middle. For each
/// target it takes the size with the least
///
///     |log(tokens per parameter / target)| + |log(width / layers / 32)| / 4
///
/// where tokens are the budget over the FLOPs of a training token, in whole steps.
public struct IsoFLOPPlan: Sendable {
  /// A model of the study.
  public struct Size: Sendable {
    public let layout: Layout
    public let dim, parameters: Int
    /// Numbers of state after a sequence.
    public let state: Int
    /// FLOPs per token of a training step.
    public let trainingFLOPs: Double
  }

  public struct Training: Sendable {
    public let budget: Double
    public let size: Size
    public let plan: PerplexityPlan

    /// FLOPs of all its tokens: the budget but for a part of a step.
    public var flops: Double { planned.flops }

    public var planned: PlannedTraining {
      PlannedTraining(size.layout, plan: plan, trainingFLOPs: size.trainingFLOPs)
    }
  }

  /// Tokens per parameter in the middle of the sizes.
  public static let middleRatio = 20.0
  /// Width per layer.
  static let aspect = 32.0
  static let widths = stride(from: 16, through: 2048, by: 16)
  /// Fewer steps are no training.
  static let leastSteps = 20

  /// The shortest piece that the layout is a repeat of.
  public let stripe: Layout
  /// By budget, then from the smallest model to the largest.
  public let trainings: [Training]
  let candidates: [Candidate]
  let template: PerplexityPlan

  /// - Parameters:
  ///   - sizes: how many models for each budget; fewer if some of them would be the same.
  ///   - template: what the trainings have in common; its width and steps do not count.
  /// - Throws: `LayerError` or `ArchitectureError` if the layout fits no width, `PerplexityError.smallBudget`.
  public init(_ layout: Layout, budgets: [Double], sizes: Int, template: PerplexityPlan) throws {
    let stripe = try Layout(layout.stripe)
    let all = try Self.candidates(stripe.layers, length: template.length)
    (self.stripe, candidates, self.template) = (stripe, all, template)
    trainings = try budgets.flatMap { budget in
      let possible = all.filter { budget / $0.trainingFLOPs >= Double(Self.leastSteps * template.stepTokens) }
      guard !possible.isEmpty else {
        let least = all.reduce(Double.infinity) { min($0, $1.trainingFLOPs) }
        throw PerplexityError.smallBudget(budget, least: least * Double(Self.leastSteps * template.stepTokens))
      }
      var chosen: [Candidate] = []
      for index in 0..<sizes {
        let target = log(Self.middleRatio) + (Double(sizes - 1) / 2 - Double(index)) * log(4)
        func distance(_ size: Candidate) -> Double {
          abs(log(budget / size.trainingFLOPs / Double(size.parameters)) - target) + size.stretch / 4
        }
        guard let best = possible.min(by: { distance($0) < distance($1) }), !chosen.contains(best) else { continue }
        chosen.append(best)
      }
      return try chosen.sorted { $0.parameters < $1.parameters }.map { best in
        let size = try best.size(of: stripe)
        return Training(budget: budget, size: size, plan: template.at(size, budget: budget))
      }
    }
  }

  /// A size that the rule allows.
  struct Candidate: Equatable {
    let dim, repeats, parameters, state: Int
    let trainingFLOPs: Double
    /// How far the width per layer is from the usual one, as the size of a logarithm.
    let stretch: Double

    func size(of stripe: Layout) throws -> Size {
      Size(
        layout: try Layout((0..<repeats).flatMap { _ in stripe.layers }), dim: dim, parameters: parameters,
        state: state, trainingFLOPs: trainingFLOPs)
    }
  }

  private static func candidates(_ stripe: [[LayerPrimitive]], length: Int) throws -> [Candidate] {
    var candidates: [Candidate] = []
    var failure: (any Error)?
    for dim in widths {
      let model: Model
      do {
        model = try Layout(stripe).makeModel(dim: dim, vocabulary: PerplexityPlan.vocabulary, maxLength: length)
      } catch {
        // Heads, say, may not divide a width.
        failure = error
        continue
      }
      let once = model.costs(time: length)
      let further = model.parts.layers.reduce(Costs.none) { $0 + $1.costs(time: length) }
      let furtherParameters = model.parts.layers.reduce(0) { $0 + $1.parameterCount }
      for repeats in 1...max(1, dim / 16 / stripe.count) {
        let layers = repeats * stripe.count
        guard repeats == 1 || (64 * layers >= dim && layers <= Layout.maximumLayers) else { continue }
        candidates.append(
          Candidate(
            dim: dim, repeats: repeats,
            parameters: model.parameterCount + (repeats - 1) * furtherParameters,
            state: once.state + (repeats - 1) * further.state,
            trainingFLOPs: once.trainingFLOPs + Double(repeats - 1) * further.trainingFLOPs,
            stretch: abs(log(Double(dim) / Double(layers) / aspect))))
      }
    }
    if let failure, candidates.isEmpty { throw failure }
    return candidates
  }
}

extension PerplexityPlan {
  func at(_ size: IsoFLOPPlan.Size, budget: Double) -> PerplexityPlan {
    at(dim: size.dim, steps: max(1, Int((budget / size.trainingFLOPs / Double(stepTokens)).rounded())))
  }
}
