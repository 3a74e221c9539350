import Configuration
import Foundation
import Layouts
import MADTasks
import Testing

@Suite("Protocols, trials and scores")
struct ScoringTests {
  /// A protocol that takes a fraction of a second.
  static func tiny() throws -> ScoringProtocol {
    var tiny = ScoringProtocol.screen
    tiny.settings = [.init("memorization"), .init("compression(length=8)"), .init("in-context-recall(length=8)")]
    (tiny.steps, tiny.dim, tiny.batch, tiny.evaluations) = (12, 32, 8, 3)
    (tiny.evaluationExamples, tiny.testExamples) = (32, 64)
    try tiny.validate()
    return tiny
  }

  static let layout = "gated-short-conv swiglu"

  @Test("the built-in protocols are valid and cover the six tasks", arguments: ScoringProtocol.builtIn)
  func builtIn(_ definition: ScoringProtocol) throws {
    try definition.validate()
    let plans = try definition.plans(seed: 1)
    #expect(Set(plans.map { String($0.setting.prefix { $0 != "(" }) }).count == 6)
    #expect(Set(plans).count == plans.count)
    #expect(try ScoringProtocol(parsing: String(decoding: definition.json(), as: UTF8.self)) == definition)
    if definition.name == "full" {
      #expect(plans.count == 396)
      #expect(Set(plans.map(\.setting)).count == 66)
      #expect(plans.filter { $0.setting == "memorization" }.allSatisfy { $0.steps == 400 })
      #expect(plans.filter { $0.setting == "compression" }.allSatisfy { $0.steps == 20_000 && $0.rateStride == 100 })
    }
  }

  @Test("a result does not depend on the number of jobs or on what ran before")
  func determinism() throws {
    let plans = try Self.tiny().plans(seed: 3)
    let layout = try Layout(parsing: Self.layout)
    let together = try Evaluation(layout, plans: plans, jobs: 2).run()
    let apart = try plans.reversed().map { try Evaluation(layout, plans: [$0], jobs: 1).run()[0] }.reversed()
    #expect(together.map(\.accuracy) == apart.map(\.accuracy))
    #expect(together.map { $0.curve.map(\.loss) } == apart.map { $0.curve.map(\.loss) })
    #expect(together.map(\.plan) == plans)
  }

  @Test("finished trainings are taken over and only the rest is trained")
  func resuming() throws {
    let plans = try Self.tiny().plans(seed: 3)
    let evaluation = Evaluation(try Layout(parsing: Self.layout), plans: plans, jobs: 1)
    let all = try evaluation.run()
    let folder = FileManager.default.temporaryDirectory.appending(path: "madsearch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = ResultFile(folder.appending(path: "results.jsonl"))
    try file.append(all[0])
    // A crash in the middle of a line.
    let handle = try FileHandle(forWritingTo: file.url)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("{\"layout\": \"ga".utf8))
    try handle.close()
    let counter = Counter()
    let resumed = try evaluation.run(
      finished: file.read(),
      onResult: { _ in counter.increase() })
    #expect(counter.value == plans.count - 1)
    #expect(resumed.map(\.accuracy) == all.map(\.accuracy))
    try file.append(all[1])
    #expect(throws: ResultFile.Failure.self) { try file.read() }
  }

  @Test("a training that diverges scores chance and is marked")
  func divergence() throws {
    var plan = try #require(try Self.tiny().plans(seed: 1).last)
    (plan.learningRate, plan.clipNorm) = (1e30, nil)
    let results = try Evaluation(try Layout(parsing: Self.layout), plans: [plan], jobs: 1).run()
    #expect(results[0].status == .diverged)
    #expect(results[0].accuracy == results[0].chance && results[0].accuracy == 0.125)
    #expect(results[0].steps < plan.steps)
  }

  @Test("a layout that does not fit the width is an error before anything is trained")
  func unsuitable() throws {
    var definition = try Self.tiny()
    definition.dim = 30
    let evaluation = Evaluation(try Layout(parsing: "attention swiglu"), plans: try definition.plans(seed: 1), jobs: 1)
    #expect(throws: LayerError.self) { try evaluation.run() }
  }

  @Test("the best of a sweep counts, replicates are averaged, tasks weigh the same")
  func scores() throws {
    let plan = try #require(try Self.tiny().plans(seed: 1).first)
    func result(_ setting: String, rate: Double, seed: UInt64, _ accuracy: Double) -> TrialResult {
      var own = plan
      (own.setting, own.learningRate, own.seed) = (setting, rate, seed)
      return TrialResult(
        layout: "mlp", plan: own, status: .finished, accuracy: accuracy, macroAccuracy: accuracy / 2, chance: 0.1,
        cap: 1, curve: [], steps: 1, seconds: 2)
    }
    let results = [
      result("compression", rate: 1, seed: 1, 0.4), result("compression", rate: 1, seed: 2, 0.6),
      result("compression", rate: 2, seed: 1, 0.9), result("compression", rate: 2, seed: 2, 0.0),
      result("memorization", rate: 1, seed: 1, 0.8), result("memorization", rate: 1, seed: 2, 0.8),
      result("memorization(vocabulary=512)", rate: 1, seed: 1, 0.2),
      result("memorization(vocabulary=512)", rate: 1, seed: 2, 0.4),
    ]
    let card = ScoreCard(layout: "mlp", results: results, measure: .final, accuracy: .pooled)
    #expect(card.tasks.map(\.task) == ["compression", "memorization"])
    #expect(abs(card.tasks[0].score - 0.5) < 1e-12 && card.tasks[0].settings[0].learningRate == 1)
    #expect(abs(card.score - (0.5 + (0.8 + 0.3) / 2) / 2) < 1e-12)
    // √((0.1/2)² + (0/4)² + (0.1/4)²)
    #expect(abs((card.standardError ?? 0) - (0.0025 + 0.000625).squareRoot()) < 1e-12)
    #expect(card.seconds == 16)
    let macro = ScoreCard(layout: "mlp", results: results, measure: .final, accuracy: .macro)
    #expect(abs(macro.score - card.score / 2) < 1e-12)
  }

  @Test(
    "errors of a protocol file name the place, what was found and what is allowed",
    arguments: [
      (#""batch" : 16"#, #""batch" : 0"#, "$.batch: it must be from 1 to 65536, found 0"),
      (#""batch" : 16"#, #""batsh" : 16"#, "$: the key 'batch' is missing"),
      (#""batch" : 16"#, #""batch" : "16""#, "$.batch: it must be a whole number"),
      (#""batch" : 16"#, #""batch" : 16, "colour" : 1"#, "$.colour: there is no such key"),
      (#"compression(length=16)"#, #"compresion"#, "$.settings[4].setting: there is no task 'compresion'"),
    ])
  func protocolErrors(found: String, replacement: String, message: String) throws {
    let text = String(decoding: try ScoringProtocol.screen.json(), as: UTF8.self)
    #expect(text.contains(found))
    do {
      _ = try ScoringProtocol(parsing: text.replacing(found, with: replacement))
      Issue.record("no error")
    } catch let error as ConfigurationError {
      #expect(error.description.hasPrefix(message), "\(error)")
    }
  }
}

private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0
  func increase() { lock.withLock { count += 1 } }
  var value: Int { lock.withLock { count } }
}
