import Reporting
import Search
import Text

/// What `validate --layouts` prints: the layouts of a space that meet its constraints, with their costs.
package struct SpaceLayouts: Report {
  package static let limit = 100_000

  private let space: Space
  private let proposals: [Proposal]

  /// - Returns: none if the grammar holds more than `limit` layouts, or they cannot be counted exactly.
  package init?(_ space: Space) {
    guard let proposals = space.allProposals(limit: Self.limit) else { return nil }
    self.space = space
    // Scaling channel mixers may make two layouts one.
    var seen: Set<String> = []
    self.proposals = proposals.filter { seen.insert($0.layout.canonical).inserted }
  }

  /// With the costs up to which hypervolume counts.
  package var parts: [ReportPart] {
    let scale = space.objectiveScale(floors: [])
    let model = space.file.model
    let limits = JSONValue.object([
      ("state", .number(scale.limits.state)), ("flops", .number(scale.limits.flops)),
      ("parameters", .number(scale.limits.parameters)),
    ])
    let columns: [Column<Proposal>] = [
      Column("layout") { .text($0.layout.canonical) }, Column("layers") { .integer($0.costs.layers) },
      Column("parameters") { .integer($0.costs.parameters) },
      Column("forwardFLOPsPerToken") { .number($0.costs.forwardFLOPs, decimals: 0) },
      Column("state") { .integer($0.costs.state) },
    ]
    return [
      .words(proposals.map { $0.layout.canonical + "\n" }.joined()),
      .facts([
        Fact("name", .text(space.file.name)), Fact("dim", .integer(model.dim)),
        Fact("vocabulary", .integer(model.vocabulary)), Fact("context", .integer(space.context)),
        Fact("stateContext", .integer(space.stateContext)),
        Fact("objectives", .list(scale.objectives.map(\.rawValue))),
        Fact("limits", .value(limits, csv: "", text: "")),
      ]), .table("layouts", Table(columns, proposals), in: .programs),
    ]
  }
}
