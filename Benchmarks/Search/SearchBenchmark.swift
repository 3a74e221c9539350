import Engine
import Search

/// Measures strategies on a table whose true front is known.
///
/// A strategy asks for candidates and sees one randomly chosen training of each. Its score after some evaluations is the
/// hypervolume of the true means of the front that it reports, over that of the table's true front.
public struct SearchBenchmark<Domain: TabulatedDomain>: Sendable {
  public let table: Domain
  /// Evaluations at which a batch ends in any case.
  public let checkpoints: [Int]
  /// Proposals that are asked for at a time.
  public let batch: Int
  /// Below which hypervolume counts: the loss, then the costs.
  public let reference: Objectives
  private let whole: Double
  private let leastLoss: Double

  /// - Returns: nil if nothing lies below the reference.
  public init?(_ table: Domain, checkpoints: [Int], batch: Int, reference: Objectives) {
    let points = table.points
    let whole = Hypervolume.of(points, reference: reference)
    guard whole > 0 else { return nil }
    (self.table, self.checkpoints, self.batch) = (table, checkpoints, batch)
    (self.reference, self.whole) = (reference, whole)
    leastLoss = points.map { $0[0] }.min() ?? 0
  }

  /// A search up to the last checkpoint, or until the strategy finds nothing new.
  public func run(_ kind: StrategyKind, seed: UInt64) -> SearchHistory {
    var strategy = kind.make(table, settings: StrategySettings(seed: seed, reference: reference))
    return run(&strategy, seed: seed)
  }

  private func run(_ strategy: inout any SearchStrategy<Domain>, seed: UInt64) -> SearchHistory {
    var history = SearchHistory()
    var evaluations = 0
    for checkpoint in checkpoints {
      while evaluations < checkpoint {
        let asked = strategy.ask(min(batch, checkpoint - evaluations))
        guard !asked.isEmpty else { return history }
        strategy.tell(asked.map { Observation($0, loss: loss(of: $0, seed: seed)) })
        evaluations += asked.count
        history.points.append(point(evaluations, strategy.front))
      }
    }
    return history
  }

  private func point(_ evaluations: Int, _ front: [FrontMember<Domain.Candidate>]) -> SearchHistory.Point {
    let truth = front.compactMap { member in table.truth(of: member.candidate) }
    let best = front.min { $0.objectives[0] < $1.objectives[0] }.flatMap { table.truth(of: $0.candidate) }
    return .init(
      evaluations: evaluations, share: Hypervolume.of(truth, reference: reference) / whole,
      regret: (best?[0] ?? .infinity) - leastLoss)
  }

  /// One training of a candidate, chosen by the seed and the candidate alone.
  private func loss(of candidate: Domain.Candidate, seed: UInt64) -> Double {
    let losses = table.losses(of: candidate)
    guard !losses.isEmpty else { return .nan }
    var random = RandomStream(seed: seed, "training", .init(table.identity(of: candidate)))
    return losses[random.integer(below: losses.count)]
  }
}

extension SearchBenchmark where Domain == TableDomain {
  /// - Parameter floor: the accuracy above which hypervolume counts; FLOPs count below those of the dearest stack.
  /// - Returns: nil if no stack lies above the floor and below the dearest.
  public init?(_ table: TableDomain, checkpoints: [Int], batch: Int, floor: Double) {
    let dearest = table.rows.values.map(\.flops).max() ?? 0
    self.init(table, checkpoints: checkpoints, batch: batch, reference: [-floor, dearest])
  }
}

extension SearchBenchmark where Domain == SpaceTableDomain {
  /// Hypervolume counts above the score of guessing and up to the costs that the table says.
  /// - Returns: nil if no layout lies above and below these.
  public init?(_ table: SpaceTableDomain, checkpoints: [Int], batch: Int) {
    self.init(table, checkpoints: checkpoints, batch: batch, reference: table.scale.reference(rung: 0))
  }
}
