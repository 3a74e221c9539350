import Engine
import Foundation
import Layouts
import Search

/// The rungs of a run: what a candidate is evaluated on at each, and what share goes up.
package struct Ladder {
  package struct Step {
    let rung: any RungKind
    /// None after the last.
    let promote: Double?
  }

  package let rungs: [Step]
  package let seed: UInt64

  package init(_ space: Space, _ settings: RunSettings) {
    rungs = zip(space.file.rungs, settings.rungs).map { Step(rung: $1, promote: $0.promote) }
    seed = settings.seed
  }

  /// The seed of a rung's data and, with the replicate, of initial weights and order; a training's own stream mixes the
  /// layout in. Tasks' data do not depend on the replicate, so that all candidates are compared on the same examples.
  func seed(rung: Int, replicate: Int) -> UInt64 {
    var random = RandomStream(seed: seed, "evaluation", .init(rung), .init(replicate))
    return random.next()
  }

  /// How often at most a contender is measured at a rung.
  func replicates(rung: Int, _ search: SearchSettings) -> Int { rungs[rung].rung.replicates(search.replicates) }

  /// What an evaluation does.
  /// - Throws: if the layout cannot be evaluated.
  package func work(_ layout: Layout, rung: Int, replicate: Int) throws -> StoredWork {
    let seeds = EvaluationSeeds(
      own: seed(rung: rung, replicate: replicate), data: seed(rung: rung, replicate: 0))
    func work<Kind: RungKind>(_ rung: Kind) throws -> StoredWork {
      StoredWork(rung, try rung.work(layout, seeds: seeds))
    }
    return try work(rungs[rung].rung)
  }

  /// FLOPs of an evaluation of a layout, had no training an early end; 0 if it does not fit.
  package func flops(_ layout: Layout, rung: Int) -> Double {
    (try? work(layout, rung: rung, replicate: 0).work.cost(of: layout).flops) ?? 0
  }

  /// What the archive keeps of an outcome; none of another kind of rung's.
  func finding(_ outcome: any Sendable, rung: Int) throws -> Finding? {
    func finding<Kind: RungKind>(_ rung: Kind) throws -> Finding? {
      try (outcome as? Kind.Work.Outcome).map { try rung.finding($0) }
    }
    return try finding(rungs[rung].rung)
  }
}
