import Architecture
import Foundation
import Layouts

/// The trainings of one layout at several sizes for each budget of compute (Hoffmann et al. 2022, arXiv 2203.15556,
/// approach 2).
///
/// Sizes keep the layout's stripe, the shortest piece that it is a repeat of:
///
///     layers = stripe · max(1, round(width / (32 · stripe))),   width a multiple of 16
///
/// so that the layout's own number of layers does not matter. Of these the plan takes, for each budget, those whose tokens
/// per parameter come nearest to a row of targets, each four times the one before, in the middle of which is
/// `middleRatio`. Tokens are the budget over the FLOPs of a training token, in whole steps.
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
    public var flops: Double { Double(plan.tokens) * size.trainingFLOPs }
  }

  /// Tokens per parameter in the middle of the sizes.
  public static let middleRatio = 20.0
  /// Width per layer.
  static let aspect = 32
  static let widths = stride(from: 16, through: 2048, by: 16)
  /// Fewer steps are no training.
  static let leastSteps = 20

  /// By budget, then from the smallest model to the largest.
  public let trainings: [Training]

  /// - Parameters:
  ///   - sizes: how many models for each budget; fewer if some of them would be the same.
  ///   - template: what the trainings have in common; its width and steps do not count.
  /// - Throws: `LayerError` or `ArchitectureError` if the layout fits no width, `PerplexityError.smallBudget`.
  public init(_ layout: Layout, budgets: [Double], sizes: Int, template: PerplexityPlan) throws {
    let all = try Self.sizes(of: layout.stripe, length: template.length)
    trainings = try budgets.flatMap { budget in
      let possible = all.filter { budget / $0.trainingFLOPs >= Double(Self.leastSteps * template.stepTokens) }
      guard !possible.isEmpty else {
        let least = all.reduce(Double.infinity) { min($0, $1.trainingFLOPs) }
        throw PerplexityError.smallBudget(budget, least: least * Double(Self.leastSteps * template.stepTokens))
      }
      var chosen: [Int: Training] = [:]
      for index in 0..<sizes {
        let target = log(Self.middleRatio) + (Double(sizes - 1) / 2 - Double(index)) * log(4)
        func distance(_ size: Size) -> Double {
          abs(log(budget / size.trainingFLOPs / Double(size.parameters)) - target)
        }
        guard let size = possible.min(by: { distance($0) < distance($1) }) else { continue }
        chosen[size.dim] = Training(budget: budget, size: size, plan: template.at(size, budget: budget))
      }
      return chosen.values.sorted { $0.size.dim < $1.size.dim }
    }
  }

  private static func sizes(of stripe: [[LayerPrimitive]], length: Int) throws -> [Size] {
    var sizes: [Size] = []
    var failure: (any Error)?
    for dim in widths {
      let repeats = max(1, Int((Double(dim) / Double(aspect * stripe.count)).rounded()))
      do {
        let layout = try Layout((0..<repeats).flatMap { _ in stripe })
        let model = try layout.makeModel(dim: dim, vocabulary: PerplexityPlan.vocabulary, maxLength: length)
        let costs = model.costs(time: length)
        sizes.append(
          Size(
            layout: layout, dim: dim, parameters: model.parameterCount, state: costs.state,
            trainingFLOPs: costs.trainingFLOPs))
      } catch {
        // Heads, say, may not divide a width.
        failure = error
      }
    }
    if let failure, sizes.isEmpty { throw failure }
    return sizes
  }
}

extension PerplexityPlan {
  fileprivate func at(_ size: IsoFLOPPlan.Size, budget: Double) -> PerplexityPlan {
    var plan = self
    plan.dim = size.dim
    plan.steps = max(1, Int((budget / size.trainingFLOPs / Double(stepTokens)).rounded()))
    plan.warmUp = max(1, plan.steps / 20)
    return plan
  }
}
