import Engine
import MADTasks
import Search

/// The rungs of a run: what a candidate is evaluated on at each, and what share goes up.
package struct Ladder {
  package struct Step {
    let definition: ScoringProtocol
    /// The models' width; the protocol's own unless given.
    let dim: Int?
    /// None after the last.
    let promote: Double?
  }

  package let rungs: [Step]
  package let seed: UInt64

  package init(_ space: Space, _ settings: RunSettings) {
    rungs = zip(space.file.rungs, settings.protocols).map { rung, definition in
      let dim: Int? = if case .mad(_, let dim) = rung.kind { dim } else { nil }
      return Step(definition: definition, dim: dim, promote: rung.promote)
    }
    seed = settings.seed
  }

  /// The seed of a rung's data and, with the replicate, of initial weights and order; a training's own stream mixes the
  /// layout in. The data do not depend on the replicate, so that all candidates are compared on the same examples.
  func seed(rung: Int, replicate: Int) -> UInt64 {
    var random = RandomStream(seed: seed, "evaluation", .init(rung), .init(replicate))
    return random.next()
  }

  /// - Throws: `TaskError` if a setting is not understood.
  func plans(rung: Int, replicate: Int) throws -> [TrialPlan] {
    let dataSeed = seed(rung: rung, replicate: 0)
    return try rungs[rung].definition.plans(seed: seed(rung: rung, replicate: replicate), dim: rungs[rung].dim).map {
      var plan = $0
      plan.dataSeed = dataSeed
      return plan
    }
  }
}
