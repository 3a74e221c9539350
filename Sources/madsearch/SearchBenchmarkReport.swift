import Reporting
import Search
import SearchBenchmarks
import Text

/// What `benchmark search` prints: how far strategies get, and how long they take.
struct SearchBenchmarkReport {
  private let checkpoints: [Int]
  private var searches: [(strategy: String, histories: [SearchHistory])] = []

  init(checkpoints: [Int]) { self.checkpoints = checkpoints }

  /// - Parameter histories: of the seeds from 1 on.
  mutating func add(_ kind: StrategyKind, _ histories: [SearchHistory]) { searches.append((kind.rawValue, histories)) }

  /// A row a strategy and checkpoint.
  var shares: Table {
    var table = Table([
      .init("strategy", "strategy"), .init("evaluations", "evaluations"), .init("hypervolumeShare", "hypervolume"),
      .init("standardError", "std. error"), .init("seeds", "seeds"), .init("regret", "regret"),
      .init("regretStandardError", "std. error"),
    ])
    for (strategy, histories) in searches {
      for point in SearchSummary(histories, checkpoints: checkpoints).checkpoints {
        table.add([
          .text(strategy), .integer(point.evaluations), .number(point.share.mean, decimals: 4),
          Self.cell(point.share.standardError, decimals: 4), .integer(point.share.count),
          .number(point.regret.mean, decimals: 4), Self.cell(point.regret.standardError, decimals: 4),
        ])
      }
    }
    return table
  }

  /// The evaluations that shares of the hypervolume take; a row a strategy and share.
  var needed: Table {
    var table = Table([
      .init("strategy", "strategy"), .init("hypervolumeShare", "hypervolume"), .init("seeds", "seeds"),
      .init("reached", "reached"), .init("mean", "mean evaluations"), .init("standardError", "std. error"),
      .init("median", "median"), .init("medianLow", "95 % from"), .init("medianHigh", "to"),
    ])
    for (strategy, histories) in searches {
      for target in SearchSummary(histories, checkpoints: checkpoints).targets {
        table.add([
          .text(strategy), .number(target.share, decimals: 2), .integer(histories.count), .integer(target.reached),
          Self.cell(target.mean?.mean), Self.cell(target.mean?.standardError), Self.cell(target.median?.median),
          Self.cell(target.median?.interval?.lowerBound), Self.cell(target.median?.interval?.upperBound),
        ])
      }
    }
    return table
  }

  /// Every search after each of its batches.
  var history: Table {
    var table = Table(["strategy", "seed", "evaluations", "hypervolumeShare", "regret"].map { .init($0, $0) })
    for (strategy, histories) in searches {
      for (index, history) in histories.enumerated() {
        for point in history.points {
          table.add([
            .text(strategy), .integer(index + 1), .integer(point.evaluations), .number(point.share),
            .number(point.regret),
          ])
        }
      }
    }
    return table
  }

  var json: JSONValue { .object([("rows", shares.json), ("needed", needed.json)]) }

  /// Nothing where there is no number, or where more searches than not took longer than they had.
  private static func cell(_ number: Double?, decimals: Int = 1) -> Table.Cell {
    guard let number, number.isFinite else { return .nothing }
    return .number(number, decimals: decimals)
  }
}
