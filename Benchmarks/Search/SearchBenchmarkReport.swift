import Reporting
import Search

/// What `benchmark search` prints: how far strategies get, and how long they take.
public struct SearchBenchmarkReport: Report {
  private typealias Share = (strategy: String, point: SearchSummary.Checkpoint)
  private typealias Need = (strategy: String, seeds: Int, target: SearchSummary.Target)
  private typealias Step = (strategy: String, seed: Int, point: SearchHistory.Point)

  private let checkpoints: [Int]
  private var searches: [(strategy: String, histories: [SearchHistory])] = []

  public init(checkpoints: [Int]) { self.checkpoints = checkpoints }

  /// - Parameter histories: of the seeds from 1 on.
  public mutating func add(_ kind: StrategyKind, _ histories: [SearchHistory]) {
    searches.append((kind.rawValue, histories))
  }

  public var parts: [ReportPart] { [.table("rows", shares), .table("needed", needed, in: [.text, .json])] }

  /// A row a strategy and checkpoint.
  private var shares: Table {
    let rows = searches.flatMap { strategy, histories in
      SearchSummary(histories, checkpoints: checkpoints).checkpoints.map { (strategy: strategy, point: $0) }
    }
    let columns: [Column<Share>] = [
      Column("strategy") { .text($0.strategy) }, Column("evaluations") { .integer($0.point.evaluations) },
      Column("hypervolumeShare", "hypervolume") { .number($0.point.share.mean, decimals: 4) },
      Column("standardError", "std. error") { Self.cell($0.point.share.standardError, decimals: 4) },
      Column("seeds") { .integer($0.point.share.count) },
      Column("regret") { .number($0.point.regret.mean, decimals: 4) },
      Column("regretStandardError", "std. error") { Self.cell($0.point.regret.standardError, decimals: 4) },
    ]
    return Table(columns, rows)
  }

  /// The evaluations that shares of the hypervolume take; a row a strategy and share.
  public var needed: Table {
    let rows = searches.flatMap { strategy, histories in
      SearchSummary(histories, checkpoints: checkpoints).targets.map {
        (strategy: strategy, seeds: histories.count, target: $0)
      }
    }
    let columns: [Column<Need>] = [
      Column("strategy") { .text($0.strategy) },
      Column("hypervolumeShare", "hypervolume") { .number($0.target.share, decimals: 2) },
      Column("seeds") { .integer($0.seeds) }, Column("reached") { .integer($0.target.reached) },
      Column("mean", "mean evaluations") { Self.cell($0.target.mean?.mean) },
      Column("standardError", "std. error") { Self.cell($0.target.mean?.standardError) },
      Column("median") { Self.cell($0.target.median?.median) },
      Column("medianLow", "95 % from") { Self.cell($0.target.median?.interval?.lowerBound) },
      Column("medianHigh", "to") { Self.cell($0.target.median?.interval?.upperBound) },
    ]
    return Table(columns, rows)
  }

  /// Every search after each of its batches.
  public var history: Table {
    let rows = searches.flatMap { strategy, histories in
      histories.enumerated().flatMap { index, history in
        history.points.map { (strategy: strategy, seed: index + 1, point: $0) }
      }
    }
    let columns: [Column<Step>] = [
      Column("strategy") { .text($0.strategy) }, Column("seed") { .integer($0.seed) },
      Column("evaluations") { .integer($0.point.evaluations) },
      Column("hypervolumeShare") { .number($0.point.share) }, Column("regret") { .number($0.point.regret) },
    ]
    return Table(columns, rows)
  }

  /// Nothing where there is no number, or where more searches than not took longer than they had.
  private static func cell(_ number: Double?, decimals: Int = 1) -> Cell {
    guard let number, number.isFinite else { return .nothing }
    return .number(number, decimals: decimals)
  }
}
