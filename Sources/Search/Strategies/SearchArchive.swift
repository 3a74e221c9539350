import Engine

/// What a strategy has asked and been told.
struct SearchArchive<Domain: SearchDomain>: Sendable {
  struct Entry: Sendable {
    let candidate: Domain.Candidate
    let identity: String
    let costs: Objectives
    let symbols: [String]
    /// The mean of what was measured; NaN if a measurement failed.
    fileprivate(set) var loss: Double
    fileprivate(set) var replicates = 1

    var objectives: Objectives { [loss] + costs }
  }

  let domain: Domain
  /// In the order in which they were first told.
  private(set) var entries: [Entry] = []
  private var places: [String: Int] = [:]
  private var seen: Set<String> = []

  /// How often a proposal that is already known is drawn again.
  static var attempts: Int { 50 }

  init(_ domain: Domain) { self.domain = domain }

  /// Adds measurements and returns the places of those that are new.
  mutating func record(_ observations: [Observation<Domain.Candidate>]) -> [Int] {
    var added: [Int] = []
    for observation in observations {
      let identity = domain.identity(of: observation.candidate)
      seen.insert(identity)
      if let place = places[identity] {
        let count = Double(entries[place].replicates)
        entries[place].loss = (entries[place].loss * count + observation.loss) / (count + 1)
        entries[place].replicates += 1
      } else {
        places[identity] = entries.count
        added.append(entries.count)
        entries.append(
          Entry(
            candidate: observation.candidate, identity: identity, costs: domain.costs(of: observation.candidate),
            symbols: domain.symbols(of: observation.candidate), loss: observation.loss))
      }
    }
    return added
  }

  /// Whether it was neither asked nor told.
  func isNew(_ candidate: Domain.Candidate) -> Bool { !seen.contains(domain.identity(of: candidate)) }

  mutating func markAsked(_ candidate: Domain.Candidate) { seen.insert(domain.identity(of: candidate)) }

  /// The first new candidate of a few that `propose` makes, marked as asked; after that, the first new sample.
  mutating func fresh(
    using random: inout RandomStream, _ propose: (inout RandomStream) -> Domain.Candidate? = { _ in nil }
  ) -> Domain.Candidate? {
    for attempt in 0..<(Self.attempts * 20) {
      let candidate = attempt < Self.attempts ? propose(&random) : domain.sample(using: &random)
      if let candidate, isNew(candidate) {
        markAsked(candidate)
        return candidate
      }
    }
    return nil
  }

  /// The places of the non-dominated among some entries; failed ones are not.
  func nonDominated(_ places: [Int]) -> [Int] {
    let sound = places.filter { !entries[$0].loss.isNaN }
    return Dominance.nonDominated(sound.map { entries[$0].objectives }).map { sound[$0] }
  }

  /// The non-dominated of all, by what was measured.
  var front: [FrontMember<Domain.Candidate>] {
    nonDominated(Array(entries.indices)).map {
      FrontMember(candidate: entries[$0].candidate, objectives: entries[$0].objectives)
    }
  }
}
