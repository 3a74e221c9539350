import Foundation
import RunSupport
import Runs
import Search
import Statistics
import Testing

/// Layouts are layers of `mlp`: the deeper, the dearer.
@Suite("Front")
struct FrontTests {
  private static let (one, two, three, four) = ("mlp", "2*mlp", "3*mlp", "4*mlp")

  private static func ids(_ entries: [Front.Entry]) -> [Int64] { entries.map(\.candidate.id) }

  @Test("the front has the candidates that no other equals or beats in everything, best score first")
  func members() throws {
    let run = try MadeUpRun([
      .init(Self.one, scores: 0.5), .init(Self.two, scores: 0.6), .init(Self.three, scores: 0.55),
      .init(Self.four, scores: 0.9),
    ])
    let front = try Front(run.store)
    #expect(front.rung == 0 && front.rungName == "screen")
    #expect(Self.ids(front.members) == [4, 2, 1])
    #expect(Self.ids(front.entries) == [4, 2, 3, 1])
    #expect(front.entries.map(\.rank) == [1, 1, 2, 1])
    #expect(front.entries[2].dominators.map(\.candidate) == [2])
  }

  @Test("equals are all on the front, and one that costs the same and scores less is not")
  func ties() throws {
    let run = try MadeUpRun([
      .init("mlp swiglu", scores: 0.5), .init("swiglu mlp", scores: 0.5), .init("2*mlp swiglu", scores: 0.7),
      .init("mlp swiglu mlp", scores: 0.6),
    ])
    let front = try Front(run.store)
    #expect(Self.ids(front.members) == [3, 1, 2])
    #expect(front.entries.first { $0.candidate.id == 4 }?.dominators.map(\.candidate) == [3])
  }

  @Test("scores are means over replicates, and their errors come from the spread of replicates in the whole run")
  func replicates() throws {
    let run = try MadeUpRun([
      .init(Self.one, scores: 0.5, 0.6), .init(Self.two, scores: 0.8, 0.8), .init(Self.three, scores: 0.81),
    ])
    let front = try Front(run.store)
    let measurements = front.entries.sorted { $0.candidate.id < $1.candidate.id }.map(\.measurement)
    #expect(measurements.map(\.replicates) == [2, 2, 1])
    #expect(zip(measurements, [0.55, 0.8, 0.81]).allSatisfy { abs($0.score - $1) < 1e-12 })
    // The variance within: 0.005 and 0, 0.0025 on average, which counts four times beside a candidate's own.
    let errors = [(0.015 / 5 / 2).squareRoot(), (0.01 / 5 / 2).squareRoot(), 0.05]
    #expect(zip(measurements, errors).allSatisfy { abs(($0.standardError ?? 0) - $1) < 1e-12 })
  }

  @Test("the probability of being non-dominated tells noise from progress")
  func probability() throws {
    let run = try MadeUpRun([
      .init(Self.one, scores: 0.50, 0.52), .init(Self.two, scores: 0.515, 0.535), .init(Self.three, scores: 0.524),
      .init(Self.four, scores: 0.90),
    ])
    let front = try Front(run.store)
    let probabilities = Dictionary(uniqueKeysWithValues: front.entries.map { ($0.candidate.id, $0.probability ?? -1) })
    // Nothing is cheaper than the first.
    #expect(probabilities[1] == 1)
    #expect((probabilities[4] ?? 0) > 0.999)
    let entry = try #require(front.entries.first { $0.candidate.id == 3 })
    #expect(!entry.isNonDominated && entry.dominators.map(\.candidate) == [2])
    #expect((0.2...0.5).contains(probabilities[3] ?? 0))
    #expect((0.5...0.6).contains(entry.dominators[0].probability ?? 0))
    #expect(try Front(run.store).entries.map(\.probability) == front.entries.map(\.probability))
  }

  @Test("without replicates nothing is said about noise")
  func unknownNoise() throws {
    let front = try Front(MadeUpRun([.init(Self.one, scores: 0.5), .init(Self.two, scores: 0.6)]).store)
    #expect(front.entries.allSatisfy { $0.probability == nil && $0.measurement.standardError == nil })
  }

  @Test("what diverged, failed or has no finite score is no contender")
  func failures() throws {
    let run = try MadeUpRun([
      .init(Self.one, [[.diverged(0.99)]]), .init(Self.two, [[.failed("no memory")]]), .init(Self.three, [[.queued]]),
      .init(Self.four, scores: 0.2), .init("5*mlp", [[.score(0.9), .diverged(0.1)]]),
      .init("6*mlp", [[.score(0.3), .failed("no memory")]]), .init("7*mlp", scores: .nan),
    ])
    let front = try Front(run.store)
    #expect(Self.ids(front.members) == [6, 4])
    #expect(front.unmeasured.map(\.candidate.id) == [1, 2, 3, 5, 7])
    #expect(front.unmeasured.map { $0.evaluation?.status } == [.diverged, .failed, .queued, .diverged, .done])
  }

  @Test("a candidate beyond the constraints is measured but does not compete")
  func constraints() throws {
    let candidates: [MadeUpRun.Candidate] = [
      .init(Self.one, scores: 0.5), .init(Self.four, hybrid: "transformer++", scores: 0.9),
    ]
    let front = try Front(MadeUpRun(candidates, constraints: #"{ "layers": { "max": 3 } }"#).store)
    #expect(Self.ids(front.members) == [1])
    #expect(front.baselines.map(\.rank) == [nil])
    #expect(front.baselines[0].violations.map(\.description) == ["layers is 4, at most 3 is allowed"])
    let none = try Front(MadeUpRun([candidates[1]], constraints: #"{ "layers": { "max": 3 } }"#).store)
    #expect(none.members.isEmpty && none.entries.count == 1 && none.hypervolume == 0)
  }

  @Test("at a rung only the candidates count that were measured there; the highest is the default")
  func rungs() throws {
    let run = try MadeUpRun([
      .init(Self.one, [[.score(0.5)], [.score(0.4)]]), .init(Self.two, scores: 0.9),
      .init(Self.three, hybrid: "mlp-mixer", [[.score(0.6)], [.score(0.3)]]),
    ])
    let dear = try Front(run.store)
    #expect(dear.rung == 1 && dear.rungName == "mad")
    #expect(Self.ids(dear.entries) == [1, 3] && Self.ids(dear.members) == [1])
    #expect(Self.ids(dear.baselines) == [3])
    #expect(dear.baselines[0].dominators.map(\.candidate) == [1])
    #expect(try Self.ids(Front(run.store, rung: 0).members) == [2, 1])
  }

  @Test("a rung where only known hybrids have scores is not the default, since they go up before the others")
  func hybridsAhead() throws {
    let hybrid = MadeUpRun.Candidate(Self.three, hybrid: "mlp-mixer", [[.score(0.6)], [.score(0.3)]])
    #expect(try Front(MadeUpRun([.init(Self.one, scores: 0.5), hybrid]).store).rung == 0)
    #expect(try Front(MadeUpRun([hybrid]).store).rung == 1)
  }

  @Test("objectives can be chosen: state is 0 in all of them, so only the best is left")
  func objectives() throws {
    let run = try MadeUpRun([.init(Self.one, scores: 0.5), .init(Self.two, scores: 0.6)])
    #expect(try Self.ids(Front(run.store, objectives: [.quality, .state]).members) == [2])
    let front = try Front(run.store, objectives: [.parameters, .quality])
    #expect(front.scale.objectives == [.quality, .parameters])
    #expect(Self.ids(front.members) == [2, 1])
  }

  @Test("a run without measurements has an empty front")
  func empty() throws {
    let front = try Front(MadeUpRun([]).store)
    #expect(front.entries.isEmpty && front.unmeasured.isEmpty && front.hypervolume == 0)
    #expect(front.hypervolumeHistory().isEmpty)
  }

  @Test("hypervolume is that of the mean scores, and its history has a value for each evaluation that is over")
  func hypervolume() throws {
    let run = try MadeUpRun([
      .init(Self.one, scores: 0.5), .init(Self.two, scores: 0.4), .init(Self.three, [[.failed("no memory")]]),
      .init(Self.four, scores: 0.7, 0.9), .init("5*mlp", [[.queued]]),
    ])
    let front = try Front(run.store)
    let costs = try run.store.candidates().map { front.scale.costs($0.costs)[0] }
    let most = front.reference[1]
    // Boxes from the reference: the first, and what the fourth adds above it.
    let alone = 0.4 * (most - costs[0])
    #expect(abs(front.hypervolume - (alone + 0.3 * (most - costs[3]))) < 1e-12)
    let history = front.hypervolumeHistory()
    let expected = [alone, alone, alone, alone + 0.2 * (most - costs[3]), front.hypervolume]
    #expect(history.count == 5)
    #expect(zip(history, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(history)")
  }
}
