import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference_fits.py` prints (scipy, the best of many
/// starts).
@Suite("Parametric loss")
struct ParametricLossTests {
  static func fit(_ losses: [Double]) throws -> ParametricLoss {
    try #require(
      ParametricLoss(parameters: SyntheticLosses.parameters, tokens: SyntheticLosses.tokens, losses: losses))
  }

  @Test("finds the coefficients of losses without noise")
  func exact() throws {
    let fit = try Self.fit(SyntheticLosses.parametric)
    #expect(fit.floor.isNear(1.69, 1e-4))
    #expect(fit.parameterCoefficient.isNear(406.4, 1e-2) && fit.parameterExponent.isNear(0.34, 1e-4))
    #expect(fit.tokenCoefficient.isNear(410.7, 1e-2) && fit.tokenExponent.isNear(0.28, 1e-4))
    #expect(fit.objective < 1e-14)
    let exponents = try #require(fit.optimalExponents)
    #expect(exponents.parameters.isNear(0.28 / 0.62, 1e-4) && exponents.tokens.isNear(0.34 / 0.62, 1e-4))
  }

  @Test(
    "reaches the global optimum with noise, and with outliers",
    arguments: [
      (SyntheticLosses.noisy(SyntheticLosses.parametric), 1.677070, 0.323942, 0.2823708, 0.00016083817453534143),
      (
        SyntheticLosses.spoilt(SyntheticLosses.noisy(SyntheticLosses.parametric)), 1.673919, 0.3232688, 0.2805887,
        0.0014336623625682153
      ),
    ])
  func global(losses: [Double], floor: Double, alpha: Double, beta: Double, objective: Double) throws {
    let fit = try Self.fit(losses)
    #expect(fit.objective <= objective * (1 + 1e-6), "\(fit.objective)")
    #expect(fit.floor.isNear(floor, 2e-3), "\(fit.floor)")
    #expect(fit.parameterExponent.isNear(alpha, 2e-3), "\(fit.parameterExponent)")
    #expect(fit.tokenExponent.isNear(beta, 2e-3), "\(fit.tokenExponent)")
  }

  @Test("the optimum spends the budget, and no other size has less loss")
  func optimum() throws {
    let fit = try Self.fit(SyntheticLosses.parametric)
    for flops in [1e18, 1e21, 1e25] {
      let optimum = try #require(fit.optimum(flops: flops, flopsPerParameterToken: 6))
      let (tokens, loss) = (try #require(optimum.tokens), try #require(optimum.loss))
      #expect((6 * optimum.size * tokens).isNear(flops, 1e-9))
      for factor in [0.5, 0.9, 1.1, 2] {
        #expect(fit.loss(parameters: factor * optimum.size, tokens: tokens / factor) > loss)
      }
    }
  }

  @Test("loss that grows with size has no optimum")
  func noOptimum() throws {
    let fit = try Self.fit(
      zip(SyntheticLosses.parameters, SyntheticLosses.tokens).map { pow($0, 0.1) + 9 * pow($1, -0.1) })
    #expect(fit.parameterExponent < 0 && fit.optimalExponents == nil)
    #expect(fit.optimum(flops: 1e20, flopsPerParameterToken: 6) == nil)
  }

  @Test("too few different rows are refused")
  func insufficient() {
    func fit(_ parameters: [Double], _ tokens: [Double]) -> ParametricLoss? {
      ParametricLoss(parameters: parameters, tokens: tokens, losses: parameters.map { _ in 2 })
    }
    #expect(fit([1, 2, 3, 4], [1, 2, 3, 4]) == nil)
    #expect(fit([1, 2, 1, 2, 1], [1, 2, 3, 4, 5]) == nil)
    #expect(fit([1, 2, 3, 4, 5], [1, 2, 1, 2, 1]) == nil)
    #expect(fit([1, 2, 3, 4, 5], [1, 2, 3, 4]) == nil)
  }

  @Test("intervals hold the truth")
  func intervals() throws {
    let losses = SyntheticLosses.noisy(SyntheticLosses.parametric)
    let draws = try Self.fit(losses).bootstrap(
      parameters: SyntheticLosses.parameters, tokens: SyntheticLosses.tokens, losses: losses, repeats: 40, seed: 1)
    let alpha = try #require(draws.interval(\.parameterExponent))
    #expect(alpha.low < 0.34 && 0.34 < alpha.high && alpha.high - alpha.low < 0.3, "\(alpha)")
    let share = try #require(draws.interval { $0.optimalExponents?.parameters })
    #expect(share.low < 0.28 / 0.62 && 0.28 / 0.62 < share.high, "\(share)")
  }
}
