import LanguageModeling

/// The trainings of an IsoFLOP study, planned or done, a row each.
public struct IsoFLOPReport {
  private let rows: [(layout: Int, training: IsoFLOPPlan.Training, result: PerplexityResult?)]

  /// - Parameters:
  ///   - plans: one for each layout.
  ///   - results: of all their trainings in order, or none yet.
  public init(_ plans: [IsoFLOPPlan], _ results: [PerplexityResult] = []) {
    let trainings = plans.enumerated().flatMap { index, plan in plan.trainings.map { (index, $0) } }
    rows = trainings.enumerated().map { index, row in
      (row.0, row.1, results.indices.contains(index) ? results[index] : nil)
    }
  }

  public var table: Table { table(rows) }

  /// What has a loss, of one layout.
  public func finished(layout: Int) -> Table { table(rows.filter { $0.layout == layout && $0.result?.heldOut != nil }) }

  private func table(_ rows: [(layout: Int, training: IsoFLOPPlan.Training, result: PerplexityResult?)]) -> Table {
    var table = Table([
      .init("number", "number"), .init("budget", "budget"), .init("dim", "width"), .init("layers", "layers"),
      .init("parameters", "parameters"), .init("state", "state"), .init("tokens", "tokens"), .init("flops", "FLOPs"),
      .init("tokensPerParameter", "tokens/parameter"), .init("loss", "loss"), .init("status", "status"),
      .init("coreSeconds", "core-s"), .init("layout", "layout"),
    ])
    for (layout, training, result) in rows {
      let size = training.size
      table.add([
        .integer(layout + 1), .number(training.budget, decimals: 0), .integer(size.dim),
        .integer(size.layout.layers.count), .integer(size.parameters), .integer(size.state),
        .integer(training.plan.tokens), .number(training.flops, decimals: 0),
        .number(Double(training.plan.tokens) / Double(size.parameters), decimals: 1),
        result?.heldOut.map { .number($0, decimals: 4) } ?? .nothing,
        .text(result?.status.rawValue ?? "planned"), result.map { .number($0.seconds, decimals: 1) } ?? .nothing,
        .text(size.layout.canonical),
      ])
    }
    return table
  }
}
