import Foundation
import Layouts
import Search

/// Decides what a run evaluates next: batches of proposals of the search strategy at the first rung, further measurements
/// of contenders, and promotions.
///
/// A decision depends on the settings and on results that are fixed beforehand, never on what happens to be done. Batch n
/// is proposed when all of batch n - 1 is measured; it knows the contenders' further measurements that were asked for
/// with batch n - 2, so cores do not wait for these. Going through all decisions again with an archive that has some of
/// the results leads to where the run was: that is how it resumes.
package final class Schedule {
  private enum Phase: Equatable {
    case search
    /// Everything that was asked for at a rung is being measured, then its contenders once more, then it promotes.
    case rung(Int)
    case complete
  }

  /// Further measurements that are asked for with a batch, as a share of its proposals.
  private static let replicateShare = 0.25

  private let ledger: Ledger
  private let ladder: Ladder
  private let settings: RunSettings
  private let space: Space
  private let domain: SpaceDomain
  private let firstRound: Int
  private var strategy: any SearchStrategy<SpaceDomain>
  private var phase = Phase.search
  private var round: Int
  private var proposals: [Int64: Proposal] = [:]
  /// Losses that the strategy knows, by candidate.
  private var told: [Int64: [Double]] = [:]

  /// - Throws: `RunError.corrupt` if there is no such strategy as the run's.
  package init(_ ledger: Ledger, space: Space, ladder: Ladder) throws(RunError) {
    let settings = ledger.settings
    guard let kind = StrategyKind(rawValue: settings.strategy) else {
      throw .corrupt(path: ledger.store.path, reason: "there is no strategy '\(settings.strategy)'")
    }
    (self.ledger, self.space, self.ladder, self.settings) = (ledger, space, ladder, settings)
    (firstRound, round) = (ledger.firstRound, ledger.firstRound)
    domain = SpaceDomain(space, scale: settings.scale)
    strategy = kind.make(
      domain,
      settings: StrategySettings(
        seed: settings.seed, population: space.file.search.population, reference: settings.scale.reference(rung: 0)))
  }

  package var isComplete: Bool { phase == .complete }

  /// Queues in the archive what can be evaluated now.
  /// - Parameter mayPropose: whether the budget allows another batch of proposals; asked only for batches that are not in
  ///   the archive yet.
  package func advance(mayPropose: () throws -> Bool) throws {
    try promoteBaselines()
    while true {
      switch phase {
      case .search:
        guard isMeasured(before: round) else { return }
        tell()
        let isNew = !ledger.candidates.contains { $0.round == round }
        let isFull = ledger.candidates.count { $0.round < round } >= settings.candidates
        guard try !isFull && (!isNew || mayPropose()), try propose() else {
          phase = .rung(0)
          continue
        }
        round += 1
      case .rung(let rung):
        guard ledger.evaluations(rung: rung).allSatisfy(\.status.isFinal) else { return }
        if try measureContenders(rung: rung) { continue }
        guard try promote(from: rung) else {
          phase = .complete
          return
        }
        phase = .rung(rung + 1)
      case .complete: return
      }
    }
  }

  // MARK: Search

  /// Whether the results that the batch may know are there.
  private func isMeasured(before round: Int) -> Bool {
    ledger.evaluations(rung: 0).allSatisfy { record in
      // What was asked for before the run was extended is all known.
      let last = record.replicate == 0 || record.round < firstRound ? round - 1 : round - 2
      return record.round > last || record.status.isFinal
    }
  }

  /// Tells the strategy what it may know now and does not know yet, in the same order in every session.
  private func tell() {
    let isFirst = round == firstRound
    let news = ledger.evaluations(rung: 0).filter { record in
      if isFirst { return record.round < round }
      guard record.round >= firstRound else { return false }
      return record.round == (record.replicate == 0 ? round - 1 : round - 2)
    }
    var observations: [Observation<Proposal>] = []
    for record in news {
      guard let candidate = ledger.candidate(record.candidate), candidate.isFeasible,
        let proposal = proposal(of: candidate)
      else { continue }
      let loss = record.score.map { -$0 } ?? .nan
      if record.status == .done { told[candidate.id, default: []].append(loss) }
      observations.append(Observation(proposal, loss: loss))
    }
    strategy.tell(observations)
  }

  private func proposal(of candidate: CandidateRecord) -> Proposal? {
    if let proposal = proposals[candidate.id] { return proposal }
    guard let layout = try? Layout(parsing: candidate.layout) else { return nil }
    let proposal = try? space.proposal(inGrammar: layout)
    proposals[candidate.id] = proposal
    return proposal
  }

  /// Proposes a batch: the seeds first, then what the strategy asks for.
  /// - Returns: whether there was anything left to propose.
  private func propose() throws -> Bool {
    var new: [NewCandidate] = []
    let known = Set(ledger.candidates.filter { $0.round < round }.map(\.layout))
    if round == firstRound {
      var seen = known
      for text in settings.seeds {
        let (layout, hybrid) = try space.seed(text)
        guard seen.insert(layout.canonical).inserted else { continue }
        new.append(NewCandidate(proposal: try space.proposal(inGrammar: layout), origin: .seed, hybrid: hybrid))
      }
    }
    let room = settings.candidates - known.count - new.count
    let asked = strategy.ask(max(0, min(space.file.search.batch - new.count, room)))
    let seeds = Set(new.map(\.proposal.layout.canonical))
    new += asked.filter { !seeds.contains($0.layout.canonical) }
      .map { NewCandidate(proposal: $0, origin: .search, hybrid: nil) }
    guard !new.isEmpty || round == firstRound else { return false }
    try ledger.propose(new, round: round, seed: ladder.seed(rung: 0, replicate: 0))
    let proposed = Dictionary(
      new.map { ($0.proposal.layout.canonical, $0.proposal) }, uniquingKeysWith: { first, _ in first })
    for candidate in ledger.candidates where candidate.round == round {
      proposals[candidate.id] = proposed[candidate.layout]
    }
    try measureToldContenders()
    return true
  }

  /// Asks for further measurements of the candidates that look best to the strategy.
  private func measureToldContenders() throws {
    let members = ledger.candidates.compactMap { candidate in told[candidate.id].map { (candidate, $0) } }
    let points = members.map { candidate, losses in
      [losses.reduce(0, +) / Double(losses.count)] + settings.scale.costs(candidate.costs)
    }
    let places = Contenders.places(
      points, replicates: members.map { candidate, _ in replicates(of: candidate.id, rung: 0, before: round) },
      limit: ladder.replicates(rung: 0, space.file.search))
    let count = Int((Self.replicateShare * Double(space.file.search.batch)).rounded(.up))
    try queueReplicates(places.prefix(count).map { members[$0].0.id }, rung: 0, round: round)
  }

  /// How often a candidate's evaluation was asked for before a batch.
  private func replicates(of candidate: Int64, rung: Int, before round: Int) -> Int {
    var count = 0
    while let record = ledger.evaluation(candidate, rung: rung, replicate: count), record.round < round { count += 1 }
    return count
  }

  private func queueReplicates(_ ids: [Int64], rung: Int, round: Int) throws {
    try ledger.queue(
      ids.map { id in
        let replicate = replicates(of: id, rung: rung, before: round)
        return NewEvaluation(
          candidate: id, rung: rung, replicate: replicate, round: round,
          seed: ladder.seed(rung: rung, replicate: replicate))
      })
  }

  // MARK: Rungs

  /// - Returns: whether there were contenders to measure again.
  private func measureContenders(rung: Int) throws -> Bool {
    let members = ledger.means(rung: rung).filter(\.candidate.isFeasible)
    let points = members.map { settings.scale.point(quality: $0.score, costs: $0.candidate.costs) }
    let places = Contenders.places(
      points, replicates: members.map { replicates(of: $0.candidate.id, rung: rung, before: .max) },
      limit: ladder.replicates(rung: rung, space.file.search))
    guard !places.isEmpty else { return false }
    // After all that was asked for: the number is the same in a session that goes on from here.
    try queueReplicates(places.map { members[$0].candidate.id }, rung: rung, round: ledger.lastRound + 1)
    return true
  }

  /// Queues the evaluations of those who go up.
  /// - Returns: whether there is a next rung.
  private func promote(from rung: Int) throws -> Bool {
    guard let share = ladder.rungs[rung].promote, ladder.rungs.indices.contains(rung + 1) else { return false }
    var ids: [String: Int64] = [:]
    var observations: [Observation<Proposal>] = []
    for (candidate, score) in ledger.means(rung: rung) where candidate.hybrid == nil && candidate.isFeasible {
      guard let proposal = proposal(of: candidate) else { continue }
      ids[candidate.layout] = candidate.id
      observations.append(Observation(proposal, loss: -score))
    }
    let ordered = PromotionOrder.order(observations, in: domain)
    let chosen = SuccessiveHalving(share: share, seed: settings.seed).chosen(ordered, rung: rung)
    try queueFirst(chosen.compactMap { ids[$0.layout.canonical] }, rung: rung + 1)
    return true
  }

  /// Known hybrids go up whatever their score, as soon as it is there.
  private func promoteBaselines() throws {
    for rung in ladder.rungs.indices.dropLast() where ladder.rungs[rung].promote != nil {
      let ids = ledger.candidates.filter { candidate in
        candidate.hybrid != nil && ledger.evaluation(candidate.id, rung: rung, replicate: 0)?.status == .done
      }.map(\.id)
      try queueFirst(ids, rung: rung + 1)
    }
  }

  private func queueFirst(_ ids: [Int64], rung: Int) throws {
    try ledger.queue(
      ids.compactMap { id in
        ledger.candidate(id).map {
          // Of the candidate, since a known hybrid goes up at any moment.
          NewEvaluation(
            candidate: id, rung: rung, replicate: 0, round: $0.round, seed: ladder.seed(rung: rung, replicate: 0))
        }
      })
  }
}
