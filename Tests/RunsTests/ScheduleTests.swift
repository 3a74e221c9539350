import Engine
import Foundation
import Layouts
import MADTasks
import Runs
import Search
import Testing

@Suite("Schedule")
struct ScheduleTests {
  static let space = """
    { "name": "t", "model": { "dim": 32, "context": 32 },
      "grammar": { "start": "layout", "rules": {
        "layout": { "repeat": "block", "times": [1, 4] },
        "block": { "sequence": ["mixer", { "choice": ["swiglu", "mlp"] }] },
        "mixer": { "choice": ["gated-short-conv", "linear-attention(heads=4)", "attention(heads=4)", "mamba"] } } },
      "objectives": ["quality", "flops", "state"],
      "constraints": { "share": { "attention": { "max": 0.5 } } },
      "rungs": [{ "mad": { "protocol": "screen" }, "promote": 0.4 }, { "mad": { "protocol": "mad" } }],
      "search": { "batch": 4, "replicates": 3 } }
    """

  static func settings(_ strategy: String = "evolution", candidates: Int = 22) throws -> RunSettings {
    let space = try Space(parsing: Data(Self.space.utf8))
    return RunSettings(
      name: "t", space: Self.space, rungs: [MADRung(.screen), MADRung(.mad)], strategy: strategy,
      seeds: ["transformer++", "mamba", "attention swiglu mamba mlp"], candidates: candidates, seed: 5,
      scale: space.objectiveScale(floors: [0.1, 0.1]))
  }

  /// A made-up score that depends on who is measured and how often it was, or none for a failure.
  static func outcome(_ record: EvaluationRecord, _ layout: String) -> (score: Double, status: TrialResult.Status)? {
    var random = RandomStream(seed: 1, "score", .init(layout), .init(record.rung), .init(record.replicate))
    let layers = layout.split(separator: " ")
    let worth = layers.reduce(0.0) { $0 + ($1.hasPrefix("att") ? 0.1 : $1.hasPrefix("mam") ? 0.07 : 0.02) }
    let luck = random.uniform()
    if luck < 0.05 { return nil }
    return (0.2 + worth + 0.05 * luck, luck > 0.95 ? .diverged : .finished)
  }

  /// Works on a run until it is complete: every time some waiting evaluation is done, in an order that the seed decides,
  /// and now and then everything in memory is forgotten.
  static func work(_ folder: RunFolder, order seed: UInt64, forgets: Bool) throws {
    var random = RandomStream(seed: seed, "order")
    var isComplete = false
    while !isComplete {
      let ledger = try Ledger.open(folder)
      let space = try Space(parsing: Data(ledger.settings.space.utf8))
      let schedule = try Schedule(ledger, space: space, ladder: Ladder(space, ledger.settings))
      try schedule.advance { true }
      for _ in 0..<(forgets ? 1 + random.integer(below: 12) : .max) {
        let waiting = ledger.queued.sorted { $0.id < $1.id }
        guard !waiting.isEmpty else { break }
        let record = waiting[random.integer(below: waiting.count)]
        let layout = try #require(ledger.candidate(record.candidate)).layout
        if let (score, status) = outcome(record, layout) {
          let plan = try ScoringProtocol.screen.plans(seed: record.seed)[0]
          let result = TrialResult(
            layout: layout, plan: plan, status: status, accuracy: score, macroAccuracy: score, chance: 0.1, cap: 1,
            curve: [], steps: 1, seconds: 1)
          let card = ScoreCard(layout: layout, results: [result], measure: .final, accuracy: .pooled)
          try ledger.finish(record.id, Finding(card, results: [result]))
        } else {
          try ledger.fail(record.id, reason: "made up")
        }
        try schedule.advance { true }
      }
      isComplete = schedule.isComplete
    }
  }

  /// All that must not depend on when something was done.
  static func archive(_ folder: RunFolder) throws -> [String] {
    let store = try RunStore.open(folder)
    let layouts = Dictionary(uniqueKeysWithValues: try store.candidates().map { ($0.id, $0.layout) })
    return try store.candidates().map { "\($0.id) \($0.layout) \($0.round) \($0.origin) \($0.isInGrammar)" }
      + store.evaluations().map {
        "\(layouts[$0.candidate] ?? "") \($0.rung) \($0.replicate) \($0.round) \($0.status) \($0.score ?? -1)"
      }.sorted()
  }

  @Test(
    "what is evaluated depends neither on the order in which evaluations end nor on interruptions",
    arguments: StrategyKind.allCases)
  func order(strategy: StrategyKind) throws {
    var archives: [[String]] = []
    for (seed, forgets) in [(1, false), (2, false), (3, true), (4, true)] {
      let folder = try TestFolder()
      _ = try Ledger.create(folder.run, settings: Self.settings(strategy.rawValue))
      try Self.work(folder.run, order: UInt64(seed), forgets: forgets)
      archives.append(try Self.archive(folder.run))
    }
    #expect(archives[0].count > 40)
    for other in archives.dropFirst() { #expect(other == archives[0]) }
  }

  @Test(
    "seeds come first, known hybrids go up whatever their score, diverged ones never, contenders are measured again")
  func lanes() throws {
    let folder = try TestFolder()
    let store = try Ledger.create(folder.run, settings: Self.settings()).store
    try Self.work(folder.run, order: 1, forgets: false)
    let candidates = try store.candidates()
    let evaluations = try store.evaluations()
    #expect(candidates.count == 22)
    #expect(Set(candidates.map(\.layout)).count == 22)
    #expect(candidates.prefix(3).map(\.hybrid) == ["transformer++", "mamba", nil])
    // All its layers are attention or follow it, more than the constraint allows.
    #expect(candidates.prefix(3).map(\.isFeasible) == [false, true, true])
    #expect(candidates.dropFirst(3).allSatisfy { $0.isFeasible && $0.isInGrammar && $0.origin == .search })
    for candidate in candidates {
      let own = evaluations.filter { $0.candidate == candidate.id }
      let first = try #require(own.first { $0.rung == 0 && $0.replicate == 0 })
      let isUp = own.contains { $0.rung == 1 }
      if candidate.hybrid != nil { #expect(isUp == (first.status == .done)) }
      if own.contains(where: { $0.rung == 0 && $0.status == .diverged }), candidate.hybrid == nil { #expect(!isUp) }
      #expect(own.allSatisfy { $0.replicate < 3 })
      if !candidate.isFeasible { #expect(own.allSatisfy { $0.replicate == 0 }) }
    }
    #expect(evaluations.contains { $0.rung == 0 && $0.replicate > 0 })
    #expect(evaluations.contains { $0.rung == 1 && $0.replicate > 0 })
  }

  @Test("an extended run goes on from what it has found")
  func extension_() throws {
    let folder = try TestFolder()
    let store = try Ledger.create(folder.run, settings: Self.settings()).store
    try Self.work(folder.run, order: 1, forgets: false)
    let before = try Self.archive(folder.run)
    var settings = try Self.settings(candidates: 32)
    settings.seeds.append("striped-hyena")
    settings.space = Self.space.replacingOccurrences(of: "\"mamba\"] }", with: "\"mamba\", \"mamba2\"] }")
    try Ledger.open(folder.run).extend(with: settings)
    try Self.work(folder.run, order: 2, forgets: true)
    let after = try Self.archive(folder.run)
    #expect(Set(before).isSubset(of: after))
    let candidates = try store.candidates()
    #expect(candidates.count == 32)
    #expect(candidates[22].hybrid == "striped-hyena")
    #expect(candidates.contains { $0.layout.contains("mamba2") })
  }

  @Test("a budget that is spent ends the proposals, not the promotions")
  func budget() throws {
    let folder = try TestFolder()
    let ledger = try Ledger.create(folder.run, settings: Self.settings())
    let store = ledger.store
    let settings = try Self.settings()
    let space = try Space(parsing: Data(settings.space.utf8))
    let schedule = try Schedule(ledger, space: space, ladder: Ladder(space, settings))
    var batches = 0
    try schedule.advance {
      batches += 1
      return batches <= 1
    }
    while let record = ledger.queued.min(by: { $0.id < $1.id }) {
      let result = TrialResult(
        layout: "x", plan: try ScoringProtocol.screen.plans(seed: 1)[0], status: .finished, accuracy: 0.5,
        macroAccuracy: 0.5, chance: 0.1, cap: 1, curve: [], steps: 1, seconds: 1)
      let card = ScoreCard(layout: "x", results: [result], measure: .final, accuracy: .pooled)
      try ledger.finish(record.id, Finding(card, results: [result]))
      try schedule.advance { false }
    }
    #expect(schedule.isComplete)
    #expect(try store.candidates().count == 4)
    #expect(try store.evaluations().contains { $0.rung == 1 })
  }

  @Test("failed evaluations that are tried again count like others, and the search goes on from there")
  func retry() throws {
    let folder = try TestFolder()
    let store = try Ledger.create(folder.run, settings: Self.settings()).store
    try Self.work(folder.run, order: 1, forgets: false)
    let failed = try store.evaluations().filter { $0.status == .failed }
    #expect(!failed.isEmpty)
    let ledger = try Ledger.open(folder.run)
    try ledger.extend(with: ledger.settings, retriesFailed: true)
    #expect(Set(ledger.queued.map(\.id)) == Set(failed.map(\.id)))
    #expect(ledger.queued.allSatisfy { $0.attempts == 0 && $0.reason == nil })
    for record in ledger.queued {
      let result = TrialResult(
        layout: "x", plan: try ScoringProtocol.screen.plans(seed: 1)[0], status: .finished, accuracy: 0.5,
        macroAccuracy: 0.5, chance: 0.1, cap: 1, curve: [], steps: 1, seconds: 1)
      let card = ScoreCard(layout: "x", results: [result], measure: .final, accuracy: .pooled)
      try ledger.finish(record.id, Finding(card, results: [result]))
    }
    try Self.work(folder.run, order: 2, forgets: false)
    let after = try store.evaluations()
    #expect(try store.candidates().count == 22)
    for record in failed { #expect(after.first { $0.id == record.id }?.status == .done) }
  }
}
