import Engine
import Foundation
import Statistics

/// The default strategy: of many children of the front, a Gaussian process picks those that are expected to gain most
/// hypervolume.
///
/// Only the loss is modelled, costs are exact. Members of a batch are picked one after the other, each as if those
/// before it had come out as expected.
public struct SurrogateEvolution<Domain: SearchDomain>: SearchStrategy {
  public static var name: String { "evolution" }
  public static var summary: String {
    "surrogate-assisted: children of the front that a Gaussian process expects to gain most hypervolume"
  }
  public static var source: String { "Rasmussen and Williams 2006; Emmerich et al. 2011; White et al. 2021" }

  private typealias Archive = SearchArchive<Domain>

  /// Fresh samples before the model takes over.
  private static var freshCount: Int { 10 }
  /// Of so many proposals the last is the one whose quality alone is expected to improve most on the best: on a front of
  /// several objectives the best quality is a corner that the hypervolume hardly sees.
  private static var qualityPeriod: Int { 10 }
  /// Children that the model chooses from.
  private static var poolSize: Int { 400 }

  private var archive: Archive
  private let settings: StrategySettings
  private var batches = 0
  private var asked = 0
  private var weights = StackKernel.Weights()

  public init(_ domain: Domain, settings: StrategySettings) {
    archive = SearchArchive(domain)
    self.settings = settings
  }

  public mutating func tell(_ observations: [Observation<Domain.Candidate>]) { _ = archive.record(observations) }

  public mutating func ask(_ count: Int) -> [Domain.Candidate] {
    var random = RandomStream(seed: settings.seed, "strategy", "evolution", .init(batches))
    batches += 1
    let free = min(max(Self.freshCount - asked, 0), count)
    var batch = SpreadSamples.draw(free, from: &archive, using: &random)
    if free < count, let model = LossModel(archive.entries, weights) {
      weights = model.weights
      batch += choose(count - free, model, using: &random)
    }
    while batch.count < count, let candidate = archive.fresh(using: &random) { batch.append(candidate) }
    asked += batch.count
    return batch
  }

  public var front: [FrontMember<Domain.Candidate>] { archive.front }

  /// Picks the children with the greatest expected gain.
  private mutating func choose(
    _ count: Int, _ model: LossModel<Domain>, using random: inout RandomStream
  ) -> [Domain.Candidate] {
    var model = model
    let believed = archive.entries.indices.map { [model.beliefs[$0]] + archive.entries[$0].costs }
    let front = Dominance.nonDominated(believed).filter { believed[$0][0].isFinite }
    let reference = model.reference(settings.reference, believed)
    var pool = pool(front.map { archive.entries[$0].candidate }, using: &random).map { candidate in
      let costs = archive.domain.costs(of: candidate)
      return (
        candidate: candidate, costs: costs,
        guess: model.guess(archive.domain.symbols(of: candidate), costs: costs)
      )
    }
    var gain = ExpectedGain(front: front.map { believed[$0] }, reference: reference)
    var picked: [Domain.Candidate] = []
    var least = front.map { believed[$0][0] }.min() ?? reference[0]
    while picked.count < count, !pool.isEmpty {
      let isForQuality = (asked + picked.count + 1).isMultiple(of: Self.qualityPeriod)
      let improvement = ExpectedGain(front: [], reference: [least])
      let gains = pool.map {
        let (mean, deviation) = ($0.guess.posterior.mean, $0.guess.posterior.variance.squareRoot())
        return isForQuality
          ? improvement.of(mean: mean, deviation: deviation, costs: [])
          : gain.of(mean: mean, deviation: deviation, costs: $0.costs)
      }
      guard let best = gains.indices.max(by: { (gains[$0], $1) < (gains[$1], $0) }) else { break }
      // Without any gain in sight, all are the same: the least known is worth most.
      let place =
        gains[best] > 0
        ? best
        : pool.indices.max { pool[$0].guess.posterior.variance < pool[$1].guess.posterior.variance } ?? best
      let chosen = pool.remove(at: place)
      picked.append(chosen.candidate)
      archive.markAsked(chosen.candidate)
      gain.add(loss: chosen.guess.posterior.mean, costs: chosen.costs)
      least = min(least, chosen.guess.posterior.mean)
      for index in pool.indices { model.believe(chosen.guess, in: &pool[index].guess) }
    }
    return picked
  }

  /// New children of the front by one and two edits and by crossover, and a tenth fresh samples; each once.
  private func pool(_ front: [Domain.Candidate], using random: inout RandomStream) -> [Domain.Candidate] {
    var seen: Set<String> = []
    var pool: [Domain.Candidate] = []
    let domain = archive.domain
    for index in 0..<Self.poolSize {
      let candidate: Domain.Candidate?
      let kind = index % 10
      if front.isEmpty || kind == 9 {
        candidate = domain.sample(using: &random)
      } else {
        let parent = front[random.integer(below: front.count)]
        switch kind {
        case 0...3: candidate = domain.child(of: parent, edits: 1, using: &random)
        case 4...6: candidate = domain.child(of: parent, edits: 2, using: &random)
        default:
          candidate = domain.crossover(parent, front[random.integer(below: front.count)], using: &random)
        }
      }
      if let candidate, archive.isNew(candidate), seen.insert(domain.identity(of: candidate)).inserted {
        pool.append(candidate)
      }
    }
    return pool
  }
}
