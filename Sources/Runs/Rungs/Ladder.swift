import Engine
import Foundation
import LanguageModeling
import Layouts
import MADTasks
import Search

/// The rungs of a run: what a candidate is evaluated on at each, and what share goes up.
package struct Ladder {
  package struct Step {
    let name: String
    let kind: Rung.Kind
    /// None after the last.
    let promote: Double?
    fileprivate let content: Content
  }

  fileprivate enum Content {
    /// The models' width is the protocol's own unless given.
    case tasks(ScoringProtocol, dim: Int?)
    case text(TextRung)
  }

  package let rungs: [Step]
  package let seed: UInt64

  package init(_ space: Space, _ settings: RunSettings) {
    var (protocols, texts) = (settings.protocols[...], settings.texts[...])
    rungs = zip(space.file.rungs, settings.rungNames).compactMap { rung, name in
      let content: Content? =
        if case .mad(_, let dim) = rung.kind {
          protocols.popFirst().map { .tasks($0, dim: dim) }
        } else {
          texts.popFirst().map { .text($0) }
        }
      return content.map { Step(name: name, kind: rung.kind, promote: rung.promote, content: $0) }
    }
    seed = settings.seed
  }

  /// The seed of a rung's data and, with the replicate, of initial weights and order; a training's own stream mixes the
  /// layout in. Tasks' data do not depend on the replicate, so that all candidates are compared on the same examples.
  func seed(rung: Int, replicate: Int) -> UInt64 {
    var random = RandomStream(seed: seed, "evaluation", .init(rung), .init(replicate))
    return random.next()
  }

  /// How often at most a contender is measured at a rung. The trainings of an IsoFLOP rung are many, and tell their noise.
  func replicates(rung: Int, _ search: SearchSettings) -> Int {
    if case .isoflop = rungs[rung].kind { 1 } else { search.replicates }
  }

  /// What an evaluation trains.
  /// - Parameter folder: of trainings on text.
  /// - Throws: `TaskError` if a setting is not understood; on text `LayerError` or `ArchitectureError` if the layout does
  ///   not fit, `PerplexityError.smallBudget`.
  func work(_ layout: Layout, rung: Int, replicate: Int, folder: URL) throws -> EvaluationWork {
    let seed = seed(rung: rung, replicate: replicate)
    switch rungs[rung].content {
    case .tasks(let definition, let dim):
      let dataSeed = self.seed(rung: rung, replicate: 0)
      return .tasks(
        try definition.plans(seed: seed, dim: dim).map {
          var plan = $0
          plan.dataSeed = dataSeed
          return plan
        })
    case .text(let text):
      var template = text.plan
      template.seed = seed
      return .text(
        TextWork(
          corpus: text.corpus, fingerprint: text.fingerprint,
          trainings: try rungs[rung].kind.trainings(of: layout, template: template), folder: folder))
    }
  }

  /// FLOPs of an evaluation of a layout, had no training an early end; 0 if it does not fit.
  func flops(_ layout: Layout, rung: Int) -> Double {
    switch try? work(layout, rung: rung, replicate: 0, folder: URL(filePath: "/")) {
    case .tasks(let plans): plans.reduce(0) { $0 + ((try? $1.trainingFLOPs(of: layout)) ?? 0) }
    case .text(let work): work.trainings.reduce(0) { $0 + $1.flops }
    case nil: 0
    }
  }

  /// What the archive keeps of an outcome; none for what could not be evaluated.
  func finding(_ outcome: EvaluationOutcome, rung: Int) throws -> Finding? {
    switch (outcome, rungs[rung].content) {
    case (.results(let results), .tasks(let definition, _)):
      try Finding(
        ScoreCard(
          layout: results.first?.layout ?? "", results: results, measure: definition.measure, accuracy: .pooled),
        results: results)
    case (.losses(let losses), .text): try Finding(losses, of: rungs[rung].kind)
    default: nil
    }
  }
}

extension Rung.Kind {
  /// What the trainings of a rung on text have in common as the space has it, but for width, steps and seed.
  public var template: PerplexityPlan? { length.map { PerplexityPlan(dim: 1, tokens: 1, length: $0) } }

  /// What a rung on text trains for a layout; nothing for one on tasks.
  /// - Parameter template: what the trainings have in common.
  /// - Throws: `LayerError` or `ArchitectureError` if the layout does not fit, `PerplexityError.smallBudget`.
  public func trainings(of layout: Layout, template: PerplexityPlan) throws -> [PlannedTraining] {
    switch self {
    case .mad: []
    case .perplexity(let rung): [try rung.training(of: layout, template: template)]
    case .isoflop(let rung):
      try IsoFLOPPlan(layout, budgets: rung.budgets, sizes: rung.sizes, template: template).trainings.map(\.planned)
    }
  }
}

extension PerplexityRung {
  /// No training is longer.
  private static let mostSteps = 1e12

  fileprivate func training(of layout: Layout, template: PerplexityPlan) throws -> PlannedTraining {
    let step = try PlannedTraining(layout, plan: template.at(dim: dim, steps: 1))
    let steps =
      switch amount {
      case .tokens(let tokens): (Double(tokens) / Double(template.stepTokens)).rounded(.up)
      case .flops(let flops): (flops / step.flops).rounded()
      }
    let plan = template.at(dim: dim, steps: Int(min(max(steps, 1), Self.mostSteps)))
    return try PlannedTraining(layout, plan: plan)
  }
}
