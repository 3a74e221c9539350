import Engine
import Foundation
import Search
import Testing

@Suite("Surveys and sampling under constraints")
struct SpaceSurveyTests {
  @Test("a small space is looked at completely, a large one by samples")
  func completeness() throws {
    let small = try SpaceTests.space(
      "\"a\": { \"repeat\": { \"choice\": [\"mlp\", \"mamba\"] }, \"times\": [1, 3] }", start: "a")
    let survey = SpaceSurvey(small, samples: 20)
    #expect(survey.isComplete && survey.looked == 14 && survey.feasible == 14 && survey.proposals.count == 14)
    #expect(survey.range { Double($0.layers) } == (1, 3, 3))
    let large = SpaceSurvey(try SpaceTests.space(SpaceTests.hybrids), samples: 50)
    #expect(!large.isComplete && large.looked == 50 && large.proposals.count == 50)
  }

  @Test("constraints that blind draws miss are met by guided ones")
  func guided() throws {
    // Only two layouts of 3^24 have no mamba and no attention and the full length.
    let space = try SpaceTests.space(
      "\"layout\": { \"repeat\": { \"choice\": [\"mlp\", \"mamba\", \"attention\"] }, \"times\": [1, 24] }",
      more: "\"constraints\": { \"state\": { \"max\": 2500 }, \"layers\": { \"min\": 24 } }")
    let survey = SpaceSurvey(space, samples: 200)
    #expect(survey.feasible == 0 && survey.proposals.count == 100)
    var random = RandomStream(seed: 1, "guided")
    var layouts: Set<String> = []
    for _ in 0..<100 {
      let proposal = try #require(space.sample(using: &random))
      #expect(proposal.costs.state <= 2500 && proposal.costs.layers == 24)
      layouts.insert(proposal.layout.canonical)
    }
    #expect(layouts.count > 20)
  }

  @Test("numbers of layouts are right to the last digit")
  func digits() throws {
    let space = try SpaceTests.space(
      "\"layout\": { \"repeat\": { \"choice\": [\"mlp\", \"mamba\", \"attention\"] }, \"times\": 100 }")
    guard case .exact(let count) = space.countLayouts() else { return }
    #expect(count.description == "515377520732011331036461129765621272702107522001")
    #expect(abs(count.logarithm - 100 * log(3.0)) < 1e-9)
  }

  @Test("a count that an automaton cannot give is estimated")
  func estimate() throws {
    // Palindromes need an automaton that remembers half of the layout: 2^10 of them.
    let space = try SpaceTests.space(
      """
      "a": { "choice": [{ "sequence": ["mlp", "a", "mlp"] }, { "sequence": ["mamba", "a", "mamba"] }, "attention"],
        "depth": 21 }
      """, start: "a")
    guard case .estimate(let log10, let error) = space.countLayouts(samples: 500, limit: 10_000) else {
      Issue.record("counted")
      return
    }
    // 1 + 2 + … + 2^20, each derived once.
    #expect(abs(pow(10, log10) / Double(1 << 21 - 1) - 1) < 1e-6 && error < 1e-6)
  }
}
