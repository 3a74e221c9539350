import Configuration
import Foundation
import Search
import SearchBenchmarks
import Testing

@Suite("Strategies")
struct StrategyTests {
  /// All stacks of some symbols, in which the accuracy of a stack depends on its symbols, their depths and neighbours.
  static func table(depth: Int) throws -> TableDomain {
    var stacks = [""]
    for _ in 0..<depth { stacks = stacks.flatMap { stack in "abc".map { stack + String($0) } } }
    let rows = stacks.map { stack -> String in
      let symbols = Array(stack)
      var (accuracy, flops) = (50.0, 10.0)
      for (index, symbol) in symbols.enumerated() {
        let worth: [Character: Double] = ["a": 0, "b": 3, "c": 4]
        accuracy += (worth[symbol] ?? 0) * (1 + 0.2 * Double(index))
        flops += ["a": 1.0, "b": 4, "c": 9][symbol] ?? 0
        if index > 0, symbols[index - 1] == "b", symbol == "c" { accuracy += 2 }
      }
      return "\"\(stack)\": { \"test_acc\": [\(accuracy - 0.5), \(accuracy + 0.5)], \"flops\": \(flops) }"
    }
    return try TableDomain(parsing: Data("{ \(rows.joined(separator: ",\n")) }".utf8))
  }

  /// Searches with batches of four; what was asked, batch after batch.
  static func search(_ kind: StrategyKind, _ table: TableDomain, batches: Int, seed: UInt64) throws -> [[String]] {
    var strategy = kind.make(table, settings: StrategySettings(seed: seed))
    return try (0..<batches).map { _ in
      let asked = strategy.ask(4)
      strategy.tell(try asked.map { Observation($0, loss: -(try #require(table.rows[$0])).accuracy) })
      return asked
    }
  }

  @Test(
    "nothing is proposed twice, all is valid, and the same seed proposes the same", arguments: StrategyKind.allCases)
  func proposals(kind: StrategyKind) throws {
    let table = try Self.table(depth: 4)
    let batches = try Self.search(kind, table, batches: 18, seed: 1)
    let asked = batches.flatMap { $0 }
    #expect(asked.count == 72)
    #expect(Set(asked).count == asked.count)
    #expect(asked.allSatisfy { table.rows[$0] != nil })
    #expect(try Self.search(kind, table, batches: 18, seed: 1) == batches)
    #expect(try Self.search(kind, table, batches: 18, seed: 2) != batches)
  }

  @Test("a space that is used up ends the search", arguments: StrategyKind.allCases)
  func exhaustion(kind: StrategyKind) throws {
    let asked = try Self.search(kind, Self.table(depth: 2), batches: 5, seed: 3)
    #expect(asked.map(\.count) == [4, 4, 1, 0, 0])
  }

  @Test("known candidates that are told first are not asked", arguments: StrategyKind.allCases)
  func known(kind: StrategyKind) throws {
    let table = try Self.table(depth: 2)
    var strategy = kind.make(table, settings: StrategySettings(seed: 1))
    strategy.tell([Observation("ab", loss: 3), Observation("ca", loss: 1)])
    #expect(Set(strategy.ask(9)) == Set(table.rows.keys).subtracting(["ab", "ca"]))
  }

  @Test("failed evaluations are never in the front, and replicates are averaged", arguments: StrategyKind.allCases)
  func failures(kind: StrategyKind) throws {
    let table = try Self.table(depth: 4)
    var strategy = kind.make(table, settings: StrategySettings(seed: 1))
    strategy.tell([Observation("aaaa", loss: .nan), Observation("abca", loss: 1), Observation("abca", loss: 3)])
    for _ in 0..<15 {
      // All that has a 'c' fails.
      strategy.tell(strategy.ask(4).map { Observation($0, loss: $0.contains("c") ? .nan : 9) })
    }
    let front = Dictionary(uniqueKeysWithValues: strategy.front.map { ($0.candidate, $0.objectives) })
    #expect(front["abca"]?.first == 2)
    #expect(front.keys.allSatisfy { !$0.contains("c") || $0 == "abca" } && front["aaaa"] == nil)
  }

  @Test("evolution beats random search on average")
  func evolutionIsBetter() throws {
    let table = try Self.table(depth: 6)
    let benchmark = try #require(SearchBenchmark(table, checkpoints: [20, 50], batch: 5, floor: 50))
    func means(_ kind: StrategyKind) -> [Double] {
      let runs = (1...5).map { benchmark.run(kind, seed: UInt64($0)) }
      return [20, 50].map { count in runs.reduce(0) { $0 + ($1.point(after: count)?.share ?? 0) } / Double(runs.count) }
    }
    let (evolution, random) = (means(.evolution), means(.random))
    #expect(evolution[0] > random[0] + 0.01)
    #expect(evolution[1] > random[1] + 0.02)
    #expect(evolution[1] > evolution[0] && evolution[1] <= 1)
  }

  @Test("of ten proposals of evolution one is for the best quality alone, whatever it costs")
  func quality() throws {
    let table = try Self.table(depth: 6)
    let dearest = try #require(table.rows.max { $0.value.accuracy < $1.value.accuracy }).key
    // The reference leaves the best stacks no hypervolume: only a proposal for quality can find them.
    let limit = try #require(table.rows[dearest]).flops - 10
    var strategy = StrategyKind.evolution.make(table, settings: StrategySettings(seed: 2, reference: [-40, limit]))
    var asked: [String] = []
    for _ in 0..<16 {
      let batch = strategy.ask(5)
      strategy.tell(try batch.map { Observation($0, loss: -(try #require(table.rows[$0])).accuracy) })
      asked += batch
    }
    #expect(asked.contains(dearest))
  }

  @Test("the first proposals of evolution spread over costs, however many candidates are dear")
  func spread() throws {
    let table = try Self.table(depth: 6)
    let flops = table.rows.values.map(\.flops)
    let (least, most) = (try #require(flops.min()), try #require(flops.max()))
    func halves(_ kind: StrategyKind) throws -> Double {
      let outer = try (1...40).reduce(0) { sum, seed in
        var strategy = kind.make(table, settings: StrategySettings(seed: UInt64(seed)))
        return sum
          + (try strategy.ask(10).count {
            abs((try #require(table.rows[$0])).flops - (least + most) / 2) > (most - least) / 4
          })
      }
      return Double(outer) / 400
    }
    let (evolution, random) = (try halves(.evolution), try halves(.random))
    #expect(evolution > 1.5 * random)
  }

  @Test(
    "errors of a table name the place",
    arguments: [
      (#"[]"#, "$: it must be an object with a stack as each key, found an empty list"),
      (#"{}"#, "$: at least 2 stacks are expected, found 0"),
      (
        #"{ "01": { "test_acc": [1], "flops": 1 }, "0": { "test_acc": [1], "flops": 1 } }"#,
        "$.0: all stacks must have as many symbols as the first, '01', found '0'"
      ),
      (#"{ "a": { "test_acc": [1] }, "b": 3 }"#, "$.a: the key 'flops' is missing\n$.b: it must be an object, found 3"),
      (
        #"{ "a": { "test_acc": [1, 101], "flops": 1 }, "b": { "test_acc": [], "flops": -1 } }"#,
        """
        $.a.test_acc[1]: it must be a number from 0 to 100, found 101
        $.b.flops: it must be a number from 0 to 1e+30, found -1
        """
      ),
    ])
  func badTables(text: String, message: String) {
    #expect { try TableDomain(parsing: Data(text.utf8)) } throws: { error in "\(error)" == message }
  }

  @Test("more candidates than the model learns from are put in order soon, the better ones first")
  func manyCandidates() throws {
    let table = try Self.table(depth: 6)
    let observations = try table.rows.keys.sorted().map {
      Observation($0, loss: -(try #require(table.rows[$0])).accuracy)
    }
    let clock = ContinuousClock()
    var order: [String] = []
    let time = clock.measure { order = PromotionOrder.order(observations, in: table) }
    #expect(time < .seconds(60))
    #expect(Set(order) == Set(table.rows.keys))
    let front = Dominance.nonDominated(
      try order.map {
        let row = try #require(table.rows[$0]); return [-row.accuracy, row.flops]
      })
    // The model's beliefs are no more than near the truth.
    #expect(front.count { $0 < 3 * front.count } > front.count / 2)
  }
}
