import Engine

/// Measures strategies on a table whose true front is known.
///
/// A strategy asks for stacks and sees one randomly chosen training of each. Its score after some evaluations is the
/// hypervolume of the true mean accuracies of the front that it reports, over that of the table's true front.
public struct SearchBenchmark: Sendable {
  public let table: TableDomain
  /// Evaluations after which it is scored.
  public let checkpoints: [Int]
  /// Proposals that are asked for at a time.
  public let batch: Int
  /// The negative accuracy and the FLOPs below which hypervolume counts.
  public let reference: Objectives
  private let whole: Double

  /// - Parameter floor: the accuracy above which hypervolume counts; FLOPs count below those of the dearest stack.
  /// - Returns: nil if no stack lies above the floor and below the dearest.
  public init?(_ table: TableDomain, checkpoints: [Int], batch: Int, floor: Double) {
    let reference = [-floor, table.rows.values.map(\.flops).max() ?? 0]
    let points = table.rows.values.map { [-$0.accuracy, $0.flops] }
    let whole = Hypervolume.of(points, reference: reference)
    guard whole > 0 else { return nil }
    (self.table, self.checkpoints, self.batch) = (table, checkpoints, batch)
    (self.reference, self.whole) = (reference, whole)
  }

  /// The shares of the true hypervolume at the checkpoints; fewer if the strategy finds nothing new before.
  public func run(_ kind: StrategyKind, seed: UInt64) -> [Double] {
    var strategy = kind.make(table, settings: StrategySettings(seed: seed, reference: reference))
    return run(&strategy, seed: seed)
  }

  private func run(_ strategy: inout any SearchStrategy<TableDomain>, seed: UInt64) -> [Double] {
    var shares: [Double] = []
    var evaluations = 0
    for checkpoint in checkpoints {
      while evaluations < checkpoint {
        let asked = strategy.ask(min(batch, checkpoint - evaluations))
        guard !asked.isEmpty else { return shares }
        strategy.tell(asked.map { Observation($0, loss: loss(of: $0, seed: seed)) })
        evaluations += asked.count
      }
      let truth = strategy.front.compactMap { member in
        table.rows[member.candidate].map { [-$0.accuracy, $0.flops] }
      }
      shares.append(Hypervolume.of(truth, reference: reference) / whole)
    }
    return shares
  }

  /// One training of a stack, chosen by the seed and the stack alone.
  private func loss(of stack: String, seed: UInt64) -> Double {
    guard let accuracies = table.rows[stack]?.accuracies else { return .nan }
    var random = RandomStream(seed: seed, "training", .init(stack))
    return -accuracies[random.integer(below: accuracies.count)]
  }
}
