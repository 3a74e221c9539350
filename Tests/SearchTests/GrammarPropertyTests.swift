import Engine
import Foundation
import Layouts
import Search
import Testing

/// A random grammar whose language is small enough to be enumerated, as a space.
private struct Case {
  let grammar: RandomGrammar
  let space: Space
  let language: Set<[String]>

  /// None if the grammar derives nothing or too much, or if the space refuses it rightly.
  init?(_ seed: Int, more: String = "") throws {
    var random = RandomStream(seed: 17, "grammars", .init(seed))
    let grammar = RandomGrammar(&random)
    self.grammar = grammar
    guard let language = grammar.language else { return nil }
    guard !language.isEmpty else {
      let space = try? SpaceTests.space(grammar.json, start: "rule0")
      #expect(space == nil, "it derives nothing: \(grammar.json)")
      return nil
    }
    self.language = language
    space = try SpaceTests.space(grammar.json, start: "rule0", more: more)
  }

  func contains(_ layout: Layout) -> Bool { language.contains(Self.word(layout)) }

  static func word(_ layout: Layout) -> [String] {
    layout.layers.map { $0.map(\.canonical).joined(separator: "|") }
  }
}

@Suite("Random grammars")
struct GrammarPropertyTests {
  static let seeds = 0..<160

  @Test("layouts are counted and enumerated exactly, and parsed if and only if they are in the language")
  func language() throws {
    var cases = 0
    for seed in Self.seeds {
      guard let test = try Case(seed) else { continue }
      cases += 1
      guard case .exact(let count) = test.space.countLayouts() else {
        Issue.record("not counted: \(test.grammar.json)")
        continue
      }
      #expect(count.description == String(test.language.count), "\(test.grammar.json)")
      let all = try #require(test.space.allProposals(limit: RandomGrammar.limit))
      #expect(Set(all.map { Case.word($0.layout) }) == test.language && all.count == test.language.count)
      for proposal in all.prefix(30) {
        let derivation = try #require(test.space.parse(proposal.layout))
        #expect(try test.space.layout(of: derivation) == proposal.layout)
        // A layer more or less is in the language or not as the enumeration says.
        let shorter = Case.word(proposal.layout).dropLast()
        if !shorter.isEmpty {
          let layout = try Layout(parsing: shorter.joined(separator: " "))
          #expect((test.space.parse(layout) != nil) == test.language.contains(Array(shorter)))
        }
        let longer = Case.word(proposal.layout) + ["mlp"]
        let layout = try Layout(parsing: longer.joined(separator: " "))
        #expect((test.space.parse(layout) != nil) == test.language.contains(longer))
      }
    }
    #expect(cases > 60)
  }

  @Test(
    "samples, mutants, mutants of mutants, crossings and neighbours are in the language and differ from their parents")
  func operators() throws {
    for seed in Self.seeds {
      guard let test = try Case(seed) else { continue }
      var random = RandomStream(seed: 3, "operators", .init(seed))
      var parent = try #require(test.space.sample(using: &random))
      for step in 0..<10 {
        let other = try #require(test.space.sample(using: &random))
        #expect(test.contains(other.layout))
        let child = test.space.mutate(parent, edits: 1 + step % 2, using: &random)
        if test.language.count > 1 { #expect(child != nil, "\(parent.layout) in \(test.grammar.json)") }
        let crossing = test.space.crossover(parent, other, using: &random)
        for made in [child, crossing].compactMap({ $0 }) {
          #expect(test.contains(made.layout), "\(made.layout) in \(test.grammar.json)")
          #expect(made.layout != parent.layout)
          let derivation = try #require(made.derivation)
          #expect(try test.space.layout(of: derivation) == made.layout)
        }
        parent = crossing ?? child ?? other
      }
      let neighbours = test.space.neighbours(of: parent, using: &random)
      #expect(neighbours.allSatisfy { test.contains($0.layout) && $0.layout != parent.layout })
      #expect(Set(neighbours.map(\.layout)).count == neighbours.count)
    }
  }

  @Test("samples are uniform over layouts where the space asks for it")
  func uniform() throws {
    var tested = 0
    for seed in Self.seeds where tested < 12 {
      guard let test = try Case(seed, more: "\"search\": { \"sampling\": \"layouts\" }"),
        (4...40).contains(test.language.count)
      else { continue }
      tested += 1
      var random = RandomStream(seed: 5, "uniform", .init(seed))
      let draws = 100 * test.language.count
      var counts: [[String]: Int] = [:]
      for _ in 0..<draws {
        counts[Case.word(try #require(test.space.sample(using: &random)).layout), default: 0] += 1
      }
      let expected = Double(draws) / Double(test.language.count)
      let chiSquare = test.language.reduce(0.0) { sum, word in
        sum + (Double(counts[word] ?? 0) - expected) * (Double(counts[word] ?? 0) - expected) / expected
      }
      // Five deviations of the χ² distribution above its mean.
      let freedom = Double(test.language.count - 1)
      #expect(chiSquare < freedom + 5 * (2 * freedom).squareRoot(), "\(test.grammar.json)")
    }
    #expect(tested == 12)
  }

  @Test("the estimate of the count lies near the exact one")
  func estimate() throws {
    var tested = 0
    for seed in Self.seeds {
      guard let test = try Case(seed), test.language.count > 20 else { continue }
      guard case .estimate(let log10, let error) = test.space.countLayouts(samples: 2000, limit: 0) else {
        Issue.record("not an estimate")
        continue
      }
      tested += 1
      let ratio = pow(10, log10) / Double(test.language.count)
      #expect(abs(ratio - 1) < 5 * error + 1e-9, "\(ratio) ± \(error) in \(test.grammar.json)")
    }
    #expect(tested > 15)
  }

  @Test("operators give the same children for the same stream")
  func determinism() throws {
    let space = try SpaceTests.space(SpaceTests.hybrids)
    func children() throws -> [String] {
      var random = RandomStream(seed: 9, "children")
      var parent = try #require(space.sample(using: &random))
      return try (0..<30).map { _ in
        let other = try #require(space.sample(using: &random))
        parent = try #require(
          space.crossover(parent, other, using: &random) ?? space.mutate(parent, edits: 2, using: &random))
        return parent.layout.canonical
      }
    }
    #expect(try children() == children())
  }

  @Test("a layout outside the grammar breeds as the nearest one inside")
  func nearest() throws {
    let space = try SpaceTests.space(SpaceTests.hybrids)
    let outside = try Layout(
      parsing: "mamba swiglu mamba(d_state=16) rwkv5-time-mixer swiglu attention(heads=4) swiglu mlp")
    let nearest = try #require(space.nearest(to: outside))
    #expect(nearest.layout.canonical == "mamba swiglu mamba attention(heads=4) swiglu hyena" || nearest.isFeasible)
    #expect(space.parse(nearest.layout) != nil)
    var random = RandomStream(seed: 1, "test")
    for _ in 0..<50 {
      let inside = try #require(space.sample(using: &random)).layout
      #expect(space.nearest(to: inside)?.layout == inside)
    }
  }
}
