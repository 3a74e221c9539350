import Foundation
import Statistics
import Testing

@Suite("IsoFLOP fit")
struct IsoFLOPFitTests {
  /// Loss at the optimum 2 + 30 C^-0.1, more by 0.05 for the square of the distance in log parameters; the optimum is
  /// 0.02 C^0.55, tokens are C / 6N.
  static func runs(_ budgets: [Double], sizes: [Double], noise: Double = 0) -> [IsoFLOPFit.Run] {
    budgets.flatMap { flops in
      sizes.map { size in
        let parameters = 0.02 * pow(flops, 0.55) * size
        let wiggle = noise * sin(size * 50 + log(flops) * 40)
        return IsoFLOPFit.Run(
          size: parameters, tokens: flops / (6 * parameters), flops: flops,
          loss: 2 + 30 * pow(flops, -0.1) + 0.05 * log(size) * log(size) + wiggle)
      }
    }
  }

  @Test("finds optima and laws of losses without noise")
  func exact() throws {
    let fit = IsoFLOPFit(Self.runs([1e16, 1e15, 1e17, 1e18], sizes: [0.25, 0.5, 1.5, 4]))
    #expect(fit.budgets.count == 4)
    for (budget, flops) in zip(fit.budgets, [1e15, 1e16, 1e17, 1e18]) {
      let optimum = try #require(budget.optimum)
      #expect(budget.flops.isNear(flops, 1e-9) && budget.isOptimumInside)
      #expect(optimum.size.isNear(0.02 * pow(flops, 0.55), 1e-6))
      let (tokens, loss) = (try #require(optimum.tokens), try #require(optimum.loss))
      #expect(tokens.isNear(flops / (0.12 * pow(flops, 0.55)), 1e-6))
      #expect(loss.isNear(2 + 30 * pow(flops, -0.1), 1e-9))
    }
    #expect(try #require(fit.sizeLine).exponent.isNear(0.55, 1e-6))
    #expect(try #require(fit.tokenLine).exponent.isNear(0.45, 1e-6))
    let law = try #require(fit.lossLaw)
    #expect(law.floor.isNear(2, 1e-3) && law.exponent.isNear(0.1, 1e-3))
    let predicted = try #require(fit.optimum(flops: 1e19))
    #expect(predicted.size.isNear(0.02 * pow(1e19, 0.55), 1e-6))
    #expect(try #require(predicted.loss).isNear(2 + 30 * pow(1e19, -0.1), 1e-4))
  }

  @Test("runs within the tolerance are one budget")
  func tolerance() {
    let runs = [1.0, 1.05, 1.09, 1.2, 2].map {
      IsoFLOPFit.Run(size: $0, tokens: nil, flops: $0 * 1e15, loss: 1)
    }
    #expect(IsoFLOPFit(runs, tolerance: 0.1).budgets.map(\.runs.count) == [3, 1, 1])
    #expect(IsoFLOPFit(runs, tolerance: 0.3).budgets.map(\.runs.count) == [4, 1])
    #expect(IsoFLOPFit(runs, tolerance: 0).budgets.count == 5)
    #expect(IsoFLOPFit([]).budgets.isEmpty)
  }

  @Test("tells a study of budgets from scattered runs")
  func isStudy() {
    func isStudy(_ runs: [IsoFLOPFit.Run]) -> Bool { IsoFLOPFit(runs).isStudy(tolerance: 0.1) }
    let study = Self.runs([1e15, 1e16], sizes: [0.5, 1, 2])
    #expect(isStudy(study))
    #expect(isStudy(study + Self.runs([1e18], sizes: [1])), "one run more")
    #expect(!isStudy(study + Self.runs([1e18, 1e19, 1e20], sizes: [1])), "a third has no parabola")
    #expect(!isStudy(Self.runs([1e15], sizes: [0.5, 1, 2])))
    #expect(!isStudy((0..<200).flatMap { Self.runs([1e15 * pow(1.02, Double($0))], sizes: [1 + Double($0 % 5)]) }))
    #expect(!isStudy([]))
  }

  @Test("an optimum beyond the sizes is told and not used; a budget without one too")
  func outside() throws {
    let inside = Self.runs([1e15, 1e16], sizes: [0.5, 1, 2])
    let beyond = Self.runs([1e17], sizes: [2, 4, 8])
    let few = Self.runs([1e18], sizes: [1, 2])
    let downward = Self.runs([1e19], sizes: [0.5, 1, 2]).map { run in
      IsoFLOPFit.Run(size: run.size, tokens: run.tokens, flops: run.flops, loss: 5 - run.loss)
    }
    let fit = IsoFLOPFit(inside + beyond + few + downward)
    #expect(fit.budgets.map(\.isOptimumInside) == [true, true, false, false, false])
    #expect(fit.budgets.map { $0.optimum != nil } == [true, true, true, false, false])
    #expect(fit.lossLaw == nil)
    #expect(try #require(fit.sizeLine).exponent.isNear(0.55, 1e-6))
    #expect(try #require(fit.optimum(flops: 1e17)).loss == nil)
  }

  @Test("without tokens, no optimal tokens")
  func withoutTokens() throws {
    let runs = Self.runs([1e15, 1e16, 1e17], sizes: [0.5, 1, 2]).map {
      IsoFLOPFit.Run(size: $0.size, tokens: nil, flops: $0.flops, loss: $0.loss)
    }
    let fit = IsoFLOPFit(runs)
    #expect(fit.tokenLine == nil && fit.sizeLine != nil)
    #expect(try #require(fit.optimum(flops: 1e17)).tokens == nil)
  }

  @Test("intervals come from the distances to the parabolas and hold the truth")
  func intervals() throws {
    let fit = IsoFLOPFit(
      Self.runs([1e15, 1e16, 1e17, 1e18], sizes: [0.2, 0.4, 0.7, 1, 1.5, 2.5, 5], noise: 0.003))
    let deviation = try #require(fit.residualDeviation)
    #expect(deviation > 0.001 && deviation < 0.004)
    let draws = try #require(fit.bootstrap(repeats: 200, seed: 1))
    #expect(draws.failures == 0)
    let exponent = try #require(draws.interval { $0.sizeLine?.exponent })
    #expect(exponent.low < 0.55 && 0.55 < exponent.high && exponent.high - exponent.low < 0.1, "\(exponent)")
    let loss = try #require(draws.interval { $0.budgets[0].optimum?.loss })
    let truth = 2 + 30 * pow(1e15, -0.1)
    #expect(loss.low < truth && truth < loss.high && loss.high - loss.low < 0.01, "\(loss)")
  }

  @Test("three runs a budget leave no distances to draw from")
  func noFreedom() {
    let fit = IsoFLOPFit(Self.runs([1e15, 1e16, 1e17], sizes: [0.5, 1, 2]))
    #expect(fit.bootstrap(repeats: 10, seed: 1) == nil && fit.residualDeviation == nil)
  }
}

@Suite("Parabola and line")
struct ParabolaTests {
  @Test("by hand")
  func byHand() throws {
    let parabola = try #require(Parabola([0, 1, 2], [1, 0, 1]))
    let minimum = try #require(parabola.minimum)
    #expect(abs(minimum.x - 1) < 1e-14 && abs(minimum.y) < 1e-14)
    #expect(parabola.isMinimumInside && parabola.range == 0...2)
    #expect(abs(parabola.value(4) - 9) < 1e-12)
    // Least squares: the mean at each x, (0, 1), (1, 0), (2, 1).
    let replicates = try #require(Parabola([0, 0, 1, 1, 2, 2], [0, 2, 1, -1, 1, 1]))
    #expect(abs(replicates.value(0) - 1) < 1e-12 && abs(replicates.value(1)) < 1e-12)
  }

  @Test("without a minimum, or with one outside")
  func outside() throws {
    let downward = try #require(Parabola([0, 1, 2], [0, 1, 0]))
    #expect(downward.minimum == nil && !downward.isMinimumInside)
    let beyond = try #require(Parabola([2, 3, 4], [1, 4, 9]))
    #expect(!beyond.isMinimumInside)
    #expect(abs(try #require(beyond.minimum).x - 1) < 1e-12)
    #expect(Parabola([0, 0, 1], [1, 2, 3]) == nil)
    #expect(Parabola([0, 1, 2], [1, .infinity, 3]) == nil)
    #expect(Parabola([0, 1], [1, 2]) == nil)
  }

  @Test("a line in logarithms")
  func line() throws {
    let line = try #require(LogLogLine([1, 10, 100], [3, 30, 300].map { $0 * $0 }))
    #expect(line.exponent.isNear(2, 1e-12) && line.value(1000).isNear(9e6, 1e-10))
    #expect(LogLogLine([1, 1], [2, 3]) == nil)
    #expect(LogLogLine([1, 2], [0, 3]) == nil)
    #expect(LogLogLine([], []) == nil)
  }
}
