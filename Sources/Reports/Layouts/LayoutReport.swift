import Architecture
import Layouts
import Reporting
import Text

/// What `describe` prints: the layers of a layout, with what surrounds them, and their total.
package struct LayoutReport: Report {
  private typealias Row = (name: String, layer: Int?, primitive: String?, parameters: Int, costs: Costs)

  private let layout: Layout
  private let model: Model
  private let dim, vocabulary, context: Int
  private let normalization: NormalizationReport?

  /// - Parameters:
  ///   - context: at which FLOPs and state are counted.
  ///   - normalization: what brings the layout nearest to a state, if that is asked for.
  package init(
    _ layout: Layout, _ model: Model, dim: Int, vocabulary: Int, context: Int, normalization: NormalizationReport?
  ) {
    (self.layout, self.model, self.normalization) = (layout, model, normalization)
    (self.dim, self.vocabulary, self.context) = (dim, vocabulary, context)
  }

  package var parts: [ReportPart] {
    var lines = [layout.canonical]
    if let pattern = layout.megatronString { lines.append(pattern) }
    lines.append("width \(dim), vocabulary \(vocabulary), context \(context); FLOPs per token")
    let forms: Forms = normalization == nil ? [.text, .csv] : .text
    let parts: [ReportPart] = [
      .words(lines.joined(separator: "\n") + "\n"), .facts(facts), .table(nil, Table(Self.columns, rows), in: forms),
    ]
    return parts + (normalization.map { [.report("normalization", $0)] } ?? [])
  }

  package var csv: String { normalization?.csv ?? Table(Self.columns, rows).csv }

  private var layers: [Row] {
    model.parts.layers.enumerated().map { row("\($0 + 1)", $0 + 1, layout.text(layer: $0), $1) }
  }

  private var rows: [Row] {
    [row("embedding", nil, nil, model.parts.embedding)] + layers
      + [row("unembedding", nil, nil, model.parts.head), total]
  }

  private var total: Row { ("total", nil, nil, model.parameterCount, model.costs(time: context)) }

  private func row(_ name: String, _ layer: Int?, _ primitive: String?, _ part: ModelPart) -> Row {
    (name, layer, primitive, part.parameterCount, part.costs(time: context))
  }

  private static var columns: [Column<Row>] {
    [
      Column("layer") { row in
        .value(row.layer.map(JSONValue.integer) ?? .text(row.name), csv: row.name, text: row.name)
      }, Column("primitive") { .text(or: $0.primitive) },
    ] + costs
  }

  private static var costs: [Column<Row>] {
    [
      Column("parameters") { .integer($0.parameters) },
      Column("forwardFLOPsPerToken", "forward FLOPs") { .number($0.costs.forwardFLOPs, decimals: 0) },
      Column("trainingFLOPsPerToken", "training FLOPs") { .number($0.costs.trainingFLOPs, decimals: 0) },
      Column("state") { .integer($0.costs.state) }, Column("cache", "exact cache") { .integer($0.costs.cache) },
    ]
  }

  private var facts: [Fact] {
    func object(_ row: Row) -> Cell {
      .value(.object(Self.costs.map { ($0.heading.key, $0.cell(row).json) }), csv: "", text: "")
    }
    return [
      Fact("layout", .text(layout.canonical)), Fact("megatron", .text(or: layout.megatronString)),
      Fact("dim", .integer(dim)), Fact("vocabulary", .integer(vocabulary)), Fact("context", .integer(context)),
      Fact("layers", .value(Table(Self.columns, layers).json, csv: "", text: "")),
      Fact("embedding", object(row("embedding", nil, nil, model.parts.embedding))),
      Fact("unembedding", object(row("unembedding", nil, nil, model.parts.head))), Fact("total", object(total)),
    ]
  }
}
