import Foundation
import LanguageModeling
import Layouts
import MADTasks
import Runs
import Search
import Testing

@Suite("Scores and losses of runs")
struct CorrelationSourceTests {
  private static let layouts = ["mlp", "2*mlp", "3*mlp", "4*mlp"]

  /// A run of two rungs on tasks and two on text whose evaluations give what `quality` says.
  private static func run(
    _ folder: TestFolder, tokens: Int = 1000, fingerprint: String = "f", quality: (String, Int, Int) -> Double?
  ) throws -> RunStore {
    let file = """
      { "name": "t", "model": { "dim": 16, "context": 32 },
        "grammar": { "start": "layout", "rules": { "layout": { "repeat": "mlp", "times": [1, 8] } } },
        "rungs": [{ "mad": { "protocol": "screen" }, "promote": 1 }, { "mad": { "protocol": "mad" }, "promote": 1 },
          { "perplexity": { "tokens": \(tokens), "dim": 16 }, "promote": 1 },
          { "perplexity": { "flops": 1e9, "dim": 16 } }] }
      """
    let space = try Space(parsing: Data(file.utf8))
    let text = try Self.text(fingerprint)
    let ledger = try Ledger.create(
      folder.run,
      settings: RunSettings(
        name: "t", space: file,
        rungs: [
          MADRung(.screen), MADRung(.mad), PerplexityRung(text, dim: 16, amount: .tokens(tokens)),
          PerplexityRung(text, dim: 16, amount: .flops(1e9)),
        ], strategy: "random", seeds: [], candidates: 4, seed: 1, scale: space.objectiveScale(floors: [0, 0, -3, -3])))
    let store = ledger.store
    try ledger.propose(
      layouts.map {
        NewCandidate(proposal: try space.proposal(inGrammar: Layout(parsing: $0)), origin: .search, hybrid: nil)
      }, round: 0, seed: 0)
    let candidates = try store.candidates()
    try ledger.queue(
      candidates.flatMap { candidate in
        (0..<4).flatMap { rung in
          (0..<2).map { NewEvaluation(candidate: candidate.id, rung: rung, replicate: $0, round: 0, seed: 1) }
        }
      })
    let names = Dictionary(uniqueKeysWithValues: candidates.map { ($0.id, $0.layout) })
    for record in try store.evaluations() {
      guard let value = quality(names[record.candidate] ?? "", record.rung, record.replicate) else { continue }
      try ledger.finish(record.id, finding(value, isLoss: record.rung > 1))
    }
    return store
  }

  private static func text(_ fingerprint: String) throws -> RungText {
    let plan = String(decoding: try JSONEncoder().encode(PerplexityPlan(dim: 1, tokens: 1)), as: UTF8.self)
    let text = #"{ "corpus": "text", "fingerprint": "\#(fingerprint)", "chance": 3, "plan": \#(plan) }"#
    return try JSONDecoder().decode(RungText.self, from: Data(text.utf8))
  }

  private static func finding(_ value: Double, isLoss: Bool) throws -> Finding {
    guard isLoss else {
      let plan = try ScoringProtocol.screen.plans(seed: 1)[0]
      let result = TrialResult(
        layout: "mlp", plan: plan, status: value < 0 ? .diverged : .finished, accuracy: value, macroAccuracy: value,
        chance: 0, cap: 1, curve: [], steps: 1, seconds: 5)
      return try Finding(
        ScoreCard(layout: "mlp", results: [result], measure: .final, accuracy: .pooled), results: [result])
    }
    let plan = String(decoding: try JSONEncoder().encode(PerplexityPlan(dim: 16, tokens: 1)), as: UTF8.self)
    let text = """
      { "layout": "mlp", "corpus": "text", "fingerprint": "", "status": "finished", "parameters": 1, "plan": \(plan),
        "heldOut": \(value), "trainingFLOPs": 1, "heldOutTokens": 1, "steps": 1, "seconds": 1, "tokensPerSecond": 1,
        "curve": [{ "step": 1, "loss": 4, "heldOut": \(value + 1), "seconds": 0.1 }] }
      """
    return try PerplexityRung(Self.text(""), dim: 16, amount: .tokens(1))
      .finding([JSONDecoder().decode(PerplexityResult.self, from: Data(text.utf8))])
  }

  private static func depth(_ layout: String) -> Double { Double(layout.split(separator: " ").count) }

  @Test("replicates, parts, costs and early losses of every layout with both come together")
  func study() throws {
    let folder = try TestFolder()
    let store = try Self.run(folder) { layout, rung, replicate in
      // The deepest has no loss at equal FLOPs.
      if rung == 3, Self.depth(layout) == 4 { return nil }
      return rung < 2 ? 0.1 * Self.depth(layout) + 0.01 * Double(replicate) : 3 - Self.depth(layout) / 2
    }
    let source = try CorrelationSource([store])
    #expect(source.predictors.map(\.name) == ["screen", "mad"])
    #expect(source.targets.map(\.name) == ["loss at 1000 tokens", "loss at 1e+09 FLOPs"])
    #expect(source.targets.map(\.kind) == ["tokens", "flops"])
    let study = try source.study(source.predictors[0], source.targets[0])
    let expected: [[Double]] = Self.layouts.indices.map { index in
      let score = 0.1 * Double(index + 1)
      return [score, score + 0.01]
    }
    #expect(study.things.map(\.scores) == expected)
    #expect(study.target.values == [2.5, 2, 1.5, 1])
    #expect(study.things.allSatisfy { $0.classification == "none" && $0.targets.count == 2 })
    let early = try #require(study.covariates.first { $0.name == CorrelationSource.earlyLoss })
    #expect(early.values == [3.5, 3, 2.5, 2])
    #expect(study.covariates.map(\.name) == ["parameters", "FLOPs", "state", "early loss"])
    #expect(try source.study(source.predictors[1], source.targets[1]).things.count == 3)
    #expect(source.scored(source.predictors[0]).count == 4 && source.scored(source.predictors[0]).seconds == 5)
    #expect(source.rangeLeft(source.predictors[0], source.targets[0]) == 1)
    #expect((source.rangeLeft(source.predictors[0], source.targets[1]) ?? 1) < 0.8)
  }

  @Test("a layout that diverged at a rung counts for nothing there")
  func diverged() throws {
    let folder = try TestFolder()
    let store = try Self.run(folder) { layout, rung, replicate in
      if rung == 0, replicate == 1, layout == "mlp" { return -1 }
      return rung < 2 ? 0.1 : 1
    }
    let source = try CorrelationSource([store])
    #expect(source.count(source.predictors[0], source.targets[0]) == 3)
    #expect(source.count(source.predictors[1], source.targets[0]) == 4)
  }

  @Test("runs that measured in the same way are taken together, others stand beside each other")
  func severalRuns() throws {
    let folders = try (0..<3).map { _ in try TestFolder() }
    let stores = try zip(folders, ["f", "f", "g"]).map { folder, fingerprint in
      try Self.run(folder, fingerprint: fingerprint) { layout, rung, _ in rung < 2 ? 0.1 : Self.depth(layout) }
    }
    let source = try CorrelationSource(stores)
    #expect(source.predictors.count == 2 && source.targets.count == 4)
    let study = try source.study(source.predictors[0], source.targets[0])
    #expect(study.things.count == 4)
    #expect(study.things.allSatisfy { $0.scores.count == 6 && $0.targets.count == 4 })
  }
}
