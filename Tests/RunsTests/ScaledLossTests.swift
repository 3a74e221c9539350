import Foundation
import LanguageModeling
import Runs
import Testing

@Suite("Scaled loss of an IsoFLOP rung")
struct ScaledLossTests {
  /// Trainings whose losses lie on parabolas in log parameters with the minimum at `1 + 4 C^-0.1` and `C^0.5` parameters.
  private static func results(_ budgets: [Double], sizes: [Double], diverged: Set<Int> = [])
    throws -> [PerplexityResult]
  {
    try budgets.flatMap { budget in
      try sizes.enumerated().map { index, share in
        let parameters = Int(share * budget.squareRoot())
        let distance = log(Double(parameters) / budget.squareRoot())
        let loss = 1 + 4 * pow(budget, -0.1) + 0.05 * distance * distance
        var plan = PerplexityPlan(dim: 16, tokens: 1)
        plan.steps = Int(budget / Double(6 * parameters) / Double(plan.stepTokens))
        let heldOut = diverged.contains(index) ? "" : "\"heldOut\": \(loss),"
        let text = """
          { "layout": "mlp", "corpus": "text", "fingerprint": "", "status": "finished", "parameters": \(parameters),
            "plan": \(String(decoding: try JSONEncoder().encode(plan), as: UTF8.self)), \(heldOut)
            "trainingFLOPs": \(budget / Double(plan.tokens)), "heldOutTokens": 1, "curve": [], "steps": \(plan.steps),
            "seconds": 1, "tokensPerSecond": 1 }
          """
        return try JSONDecoder().decode(PerplexityResult.self, from: Data(text.utf8))
      }
    }
  }

  private static let budgets = [1e12, 1e13, 1e14]

  @Test("the loss is the minimum at the largest budget, the extrapolated one is that of the power law")
  func minimum() throws {
    let results = try Self.results(Self.budgets, sizes: [0.25, 0.5, 1.1, 2, 4])
    let scaled = try #require(ScaledLoss(results, budgets: Self.budgets, target: 1e16))
    #expect(abs(scaled.loss - (1 + 4 * pow(1e14, -0.1))) < 1e-4)
    #expect(abs((scaled.extrapolated ?? 0) - (1 + 4 * pow(1e16, -0.1))) < 2e-3)
    #expect((scaled.standardError ?? 1) < 1e-4)
  }

  @Test("an optimum outside the sizes counts as the least loss measured, without an error")
  func outside() throws {
    let results = try Self.results(Self.budgets, sizes: [2, 4, 8, 16])
    let scaled = try #require(ScaledLoss(results, budgets: Self.budgets, target: 1e16))
    #expect(
      scaled.loss == results.filter { $0.trainingFLOPs * Double($0.plan.tokens) > 5e13 }.compactMap(\.heldOut).min())
    #expect(scaled.standardError == nil && scaled.extrapolated == nil)
  }

  @Test("without a loss at the largest budget there is none, and some may be missing")
  func diverged() throws {
    let some = try Self.results(Self.budgets, sizes: [0.25, 0.5, 1, 2, 4], diverged: [4])
    let scaled = try #require(ScaledLoss(some, budgets: Self.budgets, target: 1e16))
    #expect(abs(scaled.loss - (1 + 4 * pow(1e14, -0.1))) < 1e-4)
    let lower = try Self.results(Self.budgets.dropLast(), sizes: [0.5, 1, 2])
    #expect(ScaledLoss(lower, budgets: Self.budgets, target: 1e16) == nil)
    #expect(ScaledLoss([], budgets: Self.budgets, target: 1e16) == nil)
  }
}
