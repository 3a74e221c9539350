import Configuration
import Engine
import Foundation
import Layouts
import Search
import SearchBenchmarks
import Testing

@Suite("Tables of the layouts of a space")
struct SpaceTableTests {
  /// Six layouts of which one, `b b`, was not trained. Forward FLOPs are 4096 and 96 for each a, 128 for each b.
  static let text = """
    {
      "description": "A table.",
      "space": {
        "name": "tiny", "model": { "dim": 8, "context": 4 },
        "grammar": { "start": "layout", "rules": {
          "layout": { "repeat": "block", "times": [1, 2] },
          "block": { "choice": ["mlp(dim_inner=3)", "mlp(dim_inner=4)"] }
        } },
        "objectives": ["quality", "flops"]
      },
      "protocol": { "name": "screen" }, "seeds": [1, 2], "chance": 0.125,
      "limits": { "state": 1, "flops": 5000, "parameters": 5000 },
      "layouts": [
        { "layout": "mlp(dim_inner=3)", "scores": [0.25, 0.5], "state": 0, "flops": 4192, "parameters": 4416 },
        { "layout": "mlp(dim_inner=4)", "scores": [0.5, 0.5] },
        { "layout": "mlp(dim_inner=3) mlp(dim_inner=3)", "scores": [0.5, 0.7] },
        { "layout": "mlp(dim_inner=3) mlp(dim_inner=4)", "scores": [0.25, 0.25], "tasks": {}, "core-seconds": [1, 2] },
        { "layout": "mlp(dim_inner=4) mlp(dim_inner=3)", "scores": [0.75, 1] }
      ]
    }
    """

  static func domain(_ text: String = text) throws -> SpaceTableDomain {
    guard case .layouts(let domain) = try BenchmarkTable(parsing: Data(text.utf8)) else {
      throw ConfigurationError(path: "$", reason: "it is taken for a table of stacks")
    }
    return domain
  }

  @Test("draws, children and crossovers are trained layouts, and reach all of them")
  func draws() throws {
    let domain = try Self.domain()
    var random = RandomStream(seed: 1, "test")
    var (drawn, born): (Set<String>, Set<String>) = ([], [])
    for _ in 0..<100 {
      let first = try #require(domain.sample(using: &random))
      let second = try #require(domain.sample(using: &random))
      let child = try #require(domain.child(of: first, edits: 2, using: &random))
      drawn.insert(domain.identity(of: first))
      born.insert(domain.identity(of: child))
      if let crossing = domain.crossover(first, second, using: &random) { born.insert(domain.identity(of: crossing)) }
    }
    #expect(drawn == Set(domain.rows.keys) && drawn.count == 5)
    #expect(born == drawn)
  }

  @Test("a row is found by its canonical layout; costs and symbols are those of the space, the loss is a seed's score")
  func rows() throws {
    let domain = try Self.domain()
    let row = try #require(domain.rows["mlp(dim_inner=4) mlp(dim_inner=3)"])
    #expect(domain.identity(of: row.proposal) == "mlp(dim_inner=4) mlp(dim_inner=3)")
    #expect(domain.symbols(of: row.proposal) == ["mlp(dim_inner=4)", "mlp(dim_inner=3)"])
    #expect(domain.costs(of: row.proposal) == [log10(4096 + 128 + 96)])
    #expect(domain.losses(of: row.proposal) == [-0.75, -1])
    #expect(domain.truth(of: row.proposal) == [-0.875, log10(4320)])
    #expect(domain.points.count == 5)
    #expect(domain.scale.reference(rung: 0) == [-0.125, log10(5000)])
    let untrained = try Layout(parsing: "mlp(dim_inner=4) mlp(dim_inner=4)")
    let proposal = try #require(domain.space.parse(untrained).flatMap(domain.space.proposal(of:)))
    #expect(domain.losses(of: proposal).isEmpty && domain.truth(of: proposal) == nil)
  }

  @Test("every strategy uses the table up, and nothing is left to gain then", arguments: StrategyKind.allCases)
  func exhaustion(kind: StrategyKind) throws {
    // One seed a layout: what is measured is true.
    let exact = Self.text.replacing("\"seeds\": [1, 2]", with: "\"seeds\": [1]")
      .replacing(/"scores": \[([0-9.]+), [0-9.]+\]/) { "\"scores\": [\($0.output.1)]" }
    let benchmark = try #require(SearchBenchmark(Self.domain(exact), checkpoints: [3, 8], batch: 2))
    let history = benchmark.run(kind, seed: 1)
    #expect(history.points.map(\.evaluations) == [2, 3, 5])
    #expect(history.points.last == .init(evaluations: 5, share: 1, regret: 0))
    for (before, after) in zip(history.points, history.points.dropFirst()) {
      #expect(before.share <= after.share && before.regret >= after.regret)
    }
    #expect(benchmark.run(kind, seed: 1).points == history.points)
  }

  @Test("a search sees one score of a layout, always the same, and is judged by the mean")
  func noise() throws {
    let domain = try Self.domain()
    let benchmark = try #require(SearchBenchmark(domain, checkpoints: [5], batch: 5))
    let ends = (1...20).compactMap { benchmark.run(.random, seed: $0).points.last }
    // The best by each seed is also the best by the mean; others of the true front are missed where a score misleads.
    #expect(ends.count == 20 && ends.allSatisfy { $0.regret == 0 && $0.share > 0.7 && $0.share <= 1 })
    #expect(ends.contains { $0.share < 1 } && ends.contains { $0.share == 1 })
  }

  @Test("summaries count searches that did not get there as longer than all others")
  func summary() {
    func history(_ shares: [Double]) -> SearchHistory {
      SearchHistory(shares.enumerated().map { .init(evaluations: 10 * ($0 + 1), share: $1, regret: 1 - $1) })
    }
    let summary = SearchSummary(
      [history([0.5, 0.92, 0.96]), history([0.91, 0.97, 1]), history([0.9, 0.93])], checkpoints: [20, 30, 40])
    #expect(summary.checkpoints.map(\.evaluations) == [20, 30])
    #expect(summary.checkpoints.map(\.share.count) == [3, 2])
    #expect(abs(summary.checkpoints[1].share.mean - 0.98) < 1e-12)
    #expect(abs(summary.checkpoints[1].regret.mean - 0.02) < 1e-12)
    #expect(summary.targets.map(\.share) == [0.9, 0.95, 0.99] && summary.targets.map(\.reached) == [3, 2, 1])
    #expect(summary.targets[0].mean?.mean == 40.0 / 3 && summary.targets[1].mean == nil)
    #expect(summary.targets.map { $0.median?.median } == [10, 30, .infinity])
  }

  @Test(
    "errors of a table name the place",
    arguments: [
      (
        "\"chance\": 0.125", "\"chanse\": 0.125",
        "$.chanse: there is no key 'chanse' here; did you mean 'chance'?\n$: the key 'chance' is missing"
      ),
      ("\"seeds\": [1, 2]", "\"seeds\": []", "$.seeds: it must be a list of 1 to 1000 seeds, found 0"),
      ("0.125", "1.5", "$.chance: it must be a number from 0 to 1, found 1.5"),
      ("\"state\": 1, ", "", "$.limits: the key 'state' is missing"),
      ("[0.5, 0.7]", "[0.5]", "$.layouts[2].scores: it must be a list of 2 to 2 scores, one a seed, found 1"),
      ("[0.5, 0.7]", "[0.5, 75]", "$.layouts[2].scores[1]: it must be a number from 0 to 1, found 75"),
      (
        "\"mlp(dim_inner=4)\", \"scores\"", "\"mlp( dim_inner=4)\", \"scores\"",
        "$.layouts[1].layout: it must be in canonical form, 'mlp(dim_inner=4)', found 'mlp( dim_inner=4)'"
      ),
      (
        "\"mlp(dim_inner=4)\", \"scores\"", "\"mpl\", \"scores\"",
        "$.layouts[1].layout: it is not a layout: column 1: there is no primitive 'mpl'; did you mean 'mlp'?"
      ),
      (
        "\"mlp(dim_inner=4)\", \"scores\"", "\"mamba\", \"scores\"",
        "$.layouts[1].layout: the space does not derive 'mamba'"
      ),
      (
        "\"mlp(dim_inner=4)\", \"scores\"", "\"mlp(dim_inner=3)\", \"scores\"",
        "$.layouts[1].layout: the layout 'mlp(dim_inner=3)' is given twice"
      ),
      ("4192", "4193", "$.layouts[0].flops: at the space's size it is 4192, found 4193"),
      (
        "\"objectives\"", "\"constraints\": { \"layers\": { \"max\": 1 } }, \"objectives\"",
        """
        $.layouts[2].layout: the space does not allow 'mlp(dim_inner=3) mlp(dim_inner=3)': layers is 2, at most 1 is allowed
        $.layouts[3].layout: the space does not allow 'mlp(dim_inner=3) mlp(dim_inner=4)': layers is 2, at most 1 is allowed
        $.layouts[4].layout: the space does not allow 'mlp(dim_inner=4) mlp(dim_inner=3)': layers is 2, at most 1 is allowed
        """
      ),
      (
        "\"block\", \"times\"", "\"blok\", \"times\"",
        "$.space.grammar.rules.layout.repeat: there is no rule or primitive 'blok'; did you mean 'block'?"
      ),
    ])
  func badTables(old: String, new: String, message: String) {
    #expect(Self.text.contains(old))
    #expect { try Self.domain(Self.text.replacing(old, with: new)) } throws: { error in
      "\(error)".hasPrefix(message)
    }
  }

  @Test("neither a space nor layouts alone make a table")
  func incomplete() {
    #expect { try Self.domain("{ \"layouts\": [] }") } throws: { error in
      "\(error)".contains("$.layouts: it must be a list of 2 to 1000000 layouts, found 0")
        && "\(error)".contains("$: the key 'space' is missing")
    }
    #expect { try Self.domain("{ \"space\": 3 }") } throws: { error in
      "\(error)".contains("$.space: it must be an object, found 3")
    }
  }
}
