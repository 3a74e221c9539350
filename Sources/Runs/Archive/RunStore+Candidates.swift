import GRDB
import Search

/// The candidates of a run.
extension RunStore {
  /// Adds the candidates that are not there yet and queues their first evaluation, all or none.
  func propose(_ candidates: [NewCandidate], round: Int, seed: UInt64) throws {
    try write { db in
      for candidate in candidates {
        let costs = candidate.proposal.costs
        try db.execute(
          sql: """
            INSERT INTO candidate (layout, origin, hybrid, in_grammar, feasible, round, layers, parameters, forward_flops,
              training_flops, state, cache)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (layout) DO NOTHING
            """,
          arguments: [
            candidate.proposal.layout.canonical, candidate.origin.rawValue, candidate.hybrid,
            candidate.proposal.derivation != nil, candidate.proposal.isFeasible, round, costs.layers, costs.parameters,
            costs.forwardFLOPs, costs.trainingFLOPs, costs.state, costs.cache,
          ])
        guard db.changesCount > 0 else { continue }
        try Self.queue(db, db.lastInsertedRowID, rung: 0, replicate: 0, round: round, seed: seed)
      }
    }
  }

  /// All candidates in the order in which they came.
  public func candidates() throws -> [CandidateRecord] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM candidate ORDER BY id").map { row in
        let word: String = row["origin"]
        guard let origin = CandidateRecord.Origin(rawValue: word) else {
          throw RunError.corrupt(path: path, reason: "the origin of candidate \(row["id"] as Int64) is '\(word)'")
        }
        return CandidateRecord(
          id: row["id"], layout: row["layout"], origin: origin, hybrid: row["hybrid"], isInGrammar: row["in_grammar"],
          isFeasible: row["feasible"], round: row["round"],
          costs: CostSummary(
            layers: row["layers"], parameters: row["parameters"], forwardFLOPs: row["forward_flops"],
            trainingFLOPs: row["training_flops"], state: row["state"], cache: row["cache"]))
      }
    }
  }
}
