import LanguageModeling
import Reporting

/// The trainings of an IsoFLOP study, planned or done, a row each.
package struct IsoFLOPReport {
  private typealias Row = (layout: Int, training: IsoFLOPPlan.Training, result: PerplexityResult?)

  private let rows: [Row]

  /// - Parameters:
  ///   - plans: one for each layout.
  ///   - results: of all their trainings in order, or none yet.
  package init(_ plans: [IsoFLOPPlan], _ results: [PerplexityResult] = []) {
    let trainings = plans.enumerated().flatMap { index, plan in plan.trainings.map { (index, $0) } }
    rows = trainings.enumerated().map { index, row in
      (row.0, row.1, results.indices.contains(index) ? results[index] : nil)
    }
  }

  package var table: Table { table(rows) }

  /// What has a loss, of one layout.
  package func finished(layout: Int) -> Table {
    table(rows.filter { $0.layout == layout && $0.result?.heldOut != nil })
  }

  private func table(_ rows: [Row]) -> Table {
    let columns: [Column<Row>] = [
      Column("number") { .integer($0.layout + 1) }, Column("budget") { .number($0.training.budget, decimals: 0) },
      Column("dim", "width") { .integer($0.training.size.dim) },
      Column("layers") { .integer($0.training.size.layout.layers.count) },
      Column("parameters") { .integer($0.training.size.parameters) },
      Column("state") { .integer($0.training.size.state) }, Column("tokens") { .integer($0.training.plan.tokens) },
      Column("flops", "FLOPs") { .number($0.training.flops, decimals: 0) },
      Column("tokensPerParameter", "tokens/parameter") {
        .number(Double($0.training.plan.tokens) / Double($0.training.size.parameters), decimals: 1)
      }, Column("loss") { .number(or: $0.result?.heldOut, decimals: 4) },
      Column("status") { .text($0.result?.status.rawValue ?? "planned") },
      Column("coreSeconds", "core-s") { .number(or: $0.result?.seconds, decimals: 1) },
      Column("layout") { .text($0.training.size.layout.canonical) },
    ]
    return Table(columns, rows)
  }
}
