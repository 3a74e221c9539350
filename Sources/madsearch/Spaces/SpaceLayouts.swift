import Reporting
import Search
import Text

/// What `validate --layouts` prints: the layouts of a space that meet its constraints, with their costs.
struct SpaceLayouts {
  static let limit = 100_000

  private let space: Space
  private let proposals: [Proposal]

  /// - Returns: none if the grammar holds more than `limit` layouts, or they cannot be counted exactly.
  init?(_ space: Space) {
    guard let proposals = space.allProposals(limit: Self.limit) else { return nil }
    self.space = space
    // Scaling channel mixers may make two layouts one.
    var seen: Set<String> = []
    self.proposals = proposals.filter { seen.insert($0.layout.canonical).inserted }
  }

  /// A layout a line.
  var text: String { proposals.map { $0.layout.canonical + "\n" }.joined() }

  var table: Table {
    var table = Table([
      .init("layout", "layout"), .init("layers", "layers"), .init("parameters", "parameters"),
      .init("forwardFLOPsPerToken", "FLOPs/token"), .init("state", "state"),
    ])
    for proposal in proposals {
      let costs = proposal.costs
      table.add([
        .text(proposal.layout.canonical), .integer(costs.layers), .integer(costs.parameters),
        .number(costs.forwardFLOPs, decimals: 0), .integer(costs.state),
      ])
    }
    return table
  }

  /// With the costs up to which hypervolume counts.
  var json: JSONValue {
    let scale = space.objectiveScale(floors: [])
    return .object([
      ("name", .text(space.file.name)), ("dim", .integer(space.file.model.dim)),
      ("vocabulary", .integer(space.file.model.vocabulary)), ("context", .integer(space.context)),
      ("stateContext", .integer(space.stateContext)),
      ("objectives", .list(scale.objectives.map { .text($0.rawValue) })),
      (
        "limits",
        .object([
          ("state", .number(scale.limits.state)), ("flops", .number(scale.limits.flops)),
          ("parameters", .number(scale.limits.parameters)),
        ])
      ), ("layouts", table.json),
    ])
  }
}
