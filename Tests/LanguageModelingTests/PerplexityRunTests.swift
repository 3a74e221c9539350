import Foundation
import LanguageModeling
import Layouts
import TestSupport
import Testing
import Training

@Suite("Training of language models")
struct PerplexityRunTests {
  private let folder: TemporaryFolder
  private let corpus: Corpus

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Corpus(named: try folder.file("text", SampleText.bytes(60_000)))
  }

  private static func plan(steps: Int) -> PerplexityPlan {
    var plan = PerplexityPlan(dim: 32, tokens: steps * 4 * 32, length: 32, batch: 4)
    (plan.evaluations, plan.evaluationTokens, plan.finalTokens) = (4, 640, 2048)
    return plan
  }

  private func run(
    _ plan: PerplexityPlan, _ layout: String = "attention(heads=4) swiglu gated-short-conv swiglu", threads: Int = 1
  ) throws -> PerplexityRun {
    try PerplexityRun(Layout(parsing: layout), plan: plan, corpus: corpus, threads: threads)
  }

  /// The points without the time that they took.
  private static func losses(_ result: PerplexityResult?) -> [[Double]] {
    result?.curve.map { [Double($0.step), $0.loss, $0.heldOut] } ?? []
  }

  @Test("a short training learns the words of a text")
  func learning() throws {
    let result = try #require(try run(Self.plan(steps: 150)).run())
    #expect(result.status == .finished && result.steps == 150)
    #expect(result.curve.map(\.step) == [37, 75, 112, 150])
    // From log 256 = 5.5 nats.
    let heldOut = try #require(result.heldOut)
    #expect(heldOut < 2.5)
    #expect(result.curve.last?.heldOut == heldOut)
    #expect(result.perplexity == exp(heldOut))
    #expect(abs((result.bitsPerByte ?? 0) - log2(exp(heldOut))) < 1e-12)
    #expect(result.heldOutTokens == 2048)
    #expect(result.seconds > 0 && result.tokensPerSecond > 0)
  }

  @Test("a training that stopped anywhere and went on from its checkpoint is the same", arguments: [1, 2])
  func resume(threads: Int) throws {
    let plan = Self.plan(steps: 24)
    let whole = try run(plan, threads: threads)
    let expected = try whole.run()
    let file = folder.url.appending(path: "checkpoint.safetensors")
    var result: PerplexityResult?
    // It stops before steps 5, 12 and 18, in the middle between tests and right after one.
    for stop in [5, 12, 18, .max] {
      let part = try run(plan, threads: threads)
      if stop > 5 { try part.restore(Checkpoint(contentsOf: file)) }
      result = try part.run(
        onCheckpoint: { try $0.write(to: file) }, shouldStop: { part.step == stop })
      #expect((result == nil) == (stop < .max))
    }
    #expect(Self.losses(result).count == 4)
    #expect(Self.losses(result) == Self.losses(expected))
    let end = folder.url.appending(path: "end.safetensors")
    try whole.checkpoint.write(to: end)
    #expect(try SafeTensors(contentsOf: file).tensors == SafeTensors(contentsOf: end).tensors)
    // A checkpoint of a finished training gives its result.
    let again = try run(plan, threads: threads)
    try again.restore(Checkpoint(contentsOf: file))
    #expect(Self.losses(try again.run()) == Self.losses(expected))
  }

  @Test("the checkpoint of another training is refused, and the message says what differs")
  func mismatch() throws {
    let plan = Self.plan(steps: 10)
    let checkpoint = try run(plan).checkpoint
    func message(_ change: (inout PerplexityPlan) -> Void, layout: String? = nil) throws -> String {
      var other = plan
      change(&other)
      let run = try layout.map { try self.run(other, $0) } ?? self.run(other)
      do {
        try run.restore(checkpoint)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(try message { _ in } == "")
    #expect(try message { $0.dim = 64 }.hasSuffix("its dim is 32, this one's is 64"))
    #expect(try message { $0.seed = 2 }.hasSuffix("its seed is 1, this one's is 2"))
    #expect(try message({ _ in }, layout: "swiglu").hasSuffix("this one's is 'swiglu'"))
    let text = try Corpus(named: try folder.file("other", SampleText.bytes(60_000, seed: 2)))
    let other = try PerplexityRun(
      Layout(parsing: checkpoint.notes["layout"] ?? ""), plan: plan, corpus: text, threads: 1)
    #expect {
      try other.restore(checkpoint)
    } throws: { "\($0)".contains("its corpus has other content than ") }
  }

  @Test("a training whose loss is not finite ends as diverged")
  func divergence() throws {
    var plan = Self.plan(steps: 10)
    plan.embeddingDeviation = .greatestFiniteMagnitude
    let result = try #require(try run(plan).run())
    #expect(result.status == .diverged && result.heldOut == nil && result.steps == 0)
    #expect(try JSONDecoder().decode(PerplexityResult.self, from: JSONEncoder().encode(result)).status == .diverged)
  }

  @Test("progress counts every step, and checkpoints come when they are due")
  func callbacks() throws {
    var (steps, kept): ([Int], [Int]) = ([], [])
    _ = try run(Self.plan(steps: 10)).run(
      checkpointEvery: 4, onCheckpoint: { kept.append($0.step) }, onProgress: { steps.append($0.step) })
    #expect(steps == Array(1...10))
    #expect(kept == [4, 8, 10])
  }

  @Test("tokens are rounded up to whole steps", arguments: [(1, 1), (128, 1), (129, 2), (1_000_000, 7813)])
  func steps(tokens: Int, steps: Int) {
    #expect(PerplexityPlan(dim: 8, tokens: tokens, length: 32, batch: 4).steps == steps)
  }

  @Test("a model that no memory holds is refused")
  func tooLarge() throws {
    var plan = Self.plan(steps: 1)
    plan.dim = 8192
    // Terabytes of gradients.
    #expect(throws: PerplexityError.self) { try run(plan, "80*swiglu(dim_inner=1024)", threads: 1024) }
  }
}
