import Reporting
import Runs

/// What is known of a candidate without measuring it; the columns of `export` and the first lines of `show`.
enum CandidateColumns {
  static var all: [Column<CandidateRecord>] {
    [
      Column("candidate", in: .programs) { .integer(Int($0.id)) }, Column("layout") { .text($0.layout) },
      Column("origin") { .text($0.origin.rawValue) }, Column("hybrid", in: .programs) { .text(or: $0.hybrid) },
      Column("inGrammar", in: .programs) { .flag($0.isInGrammar) },
      Column("feasible", in: .programs) { .flag($0.isFeasible) }, Column("layers") { .integer($0.costs.layers) },
      Column("parameters") { .integer($0.costs.parameters) },
      Column("forwardFLOPsPerToken", "forward FLOPs") { .number($0.costs.forwardFLOPs, decimals: 0) },
      Column("trainingFLOPsPerToken", "training FLOPs") { .number($0.costs.trainingFLOPs, decimals: 0) },
      Column("state") { .integer($0.costs.state) }, Column("cache") { .integer($0.costs.cache) },
    ]
  }
}
