import Engine
import MADTasks
import Search

/// The MAD rungs of a run: how candidates are evaluated at each, and who goes up.
struct Ladder {
  let objectives: [Objective]
  let rungs: [(definition: ScoringProtocol, dim: Int?, promote: Double?)]
  let seed: UInt64

  /// The seed of a rung's data and, with the replicate, of initial weights and order; a training's own stream mixes the
  /// layout in. The data do not depend on the replicate, so that all candidates are compared on the same examples.
  func seed(rung: Int, replicate: Int) -> UInt64 {
    var random = RandomStream(seed: seed, "evaluation", .init(rung), .init(replicate))
    return random.next()
  }

  /// - Throws: `TaskError` if a setting is not understood.
  func plans(rung: Int, replicate: Int) throws -> [TrialPlan] {
    let dataSeed = seed(rung: rung, replicate: 0)
    return try rungs[rung].definition.plans(seed: seed(rung: rung, replicate: replicate), dim: rungs[rung].dim).map {
      var plan = $0
      plan.dataSeed = dataSeed
      return plan
    }
  }

  /// The objectives of a candidate, all to be minimised.
  func point(_ candidate: CandidateRecord, score: Double) -> Objectives {
    objectives.map { objective in
      switch objective {
      case .quality: -score
      case .state: Double(candidate.costs.state)
      case .flops: candidate.costs.forwardFLOPs
      case .parameters: Double(candidate.costs.parameters)
      }
    }
  }

  /// Who goes on from a rung, in the order of candidates: the best by non-dominated rank and crowding distance, and
  /// whatever their scores the seeds and a random tenth of those promoted, so that later measurements are not of survivors
  /// alone.
  func promoted(_ scored: [(candidate: CandidateRecord, score: Double)], from rung: Int) -> [CandidateRecord] {
    let share = rungs[rung].promote ?? 0
    let room = scored.isEmpty ? 0 : max(1, Int((share * Double(scored.count)).rounded()))
    let points = scored.map { point($0.candidate, score: $0.score) }
    var order: [Int] = []
    for front in Dominance.nonDominatedSort(points) {
      let crowding = Dominance.crowdingDistance(front.map { points[$0] })
      order += zip(front, crowding).sorted { ($0.1, -$0.0) > ($1.1, -$1.0) }.map(\.0)
    }
    let drawn = room / 10
    var chosen = Set(order.prefix(room - drawn))
    var rest = scored.indices.filter { !chosen.contains($0) }
    var random = RandomStream(seed: seed, "promotion", .init(rung))
    for _ in 0..<min(drawn, rest.count) { chosen.insert(rest.remove(at: random.integer(below: rest.count))) }
    for (index, entry) in scored.enumerated() where entry.candidate.origin == .seed { chosen.insert(index) }
    return chosen.sorted().map { scored[$0].candidate }
  }
}
