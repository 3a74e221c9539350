import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference_fits.py` prints (scipy, the best of many
/// starts).
@Suite("Power law")
struct PowerLawTests {
  static let compute = SyntheticLosses.compute

  @Test("finds the coefficients of losses without noise")
  func exact() throws {
    let law = try #require(PowerLaw(compute: Self.compute, losses: SyntheticLosses.powerLaw))
    #expect(law.floor.isNear(1.7, 1e-4))
    #expect(law.coefficient.isNear(400, 1e-2))
    #expect(law.exponent.isNear(0.13, 1e-4))
    #expect(law.objective < 1e-14)
    #expect(law.loss(compute: 1e24).isNear(1.7 + 400 * pow(1e24, -0.13), 1e-5))
  }

  @Test(
    "reaches the global optimum with noise, and with outliers",
    arguments: [
      (SyntheticLosses.noisy(SyntheticLosses.powerLaw), 1.717613, 0.1312364, 4.0001690497340856e-05),
      (
        SyntheticLosses.spoilt(SyntheticLosses.noisy(SyntheticLosses.powerLaw)), 1.695042, 0.1289012,
        0.00035436396971339114
      ),
    ])
  func global(losses: [Double], floor: Double, exponent: Double, objective: Double) throws {
    let law = try #require(PowerLaw(compute: Self.compute, losses: losses))
    #expect(law.objective <= objective * (1 + 1e-6), "\(law.objective)")
    #expect(law.floor.isNear(floor, 1e-3), "\(law.floor)")
    #expect(law.exponent.isNear(exponent, 1e-3), "\(law.exponent)")
  }

  @Test("losses without a floor get none to speak of")
  func noFloor() throws {
    let law = try #require(PowerLaw(compute: Self.compute, losses: Self.compute.map { 50 * pow($0, -0.1) }))
    #expect(law.floor < 1e-3 && law.exponent.isNear(0.1, 1e-3))
  }

  @Test("three amounts of compute determine the law, fewer do not")
  func fewest() throws {
    let law = try #require(PowerLaw(compute: [1e12, 1e13, 1e14], losses: [3, 2.5, 2.25]))
    // Halving distances to 2.
    #expect(law.floor.isNear(2, 1e-4) && law.exponent.isNear(log10(2), 1e-4))
    #expect(PowerLaw(compute: [1e12, 1e13, 1e13], losses: [3, 2.5, 2.4]) == nil)
    #expect(PowerLaw(compute: [], losses: []) == nil)
  }

  @Test("values that have no logarithm, or are not finite, are refused")
  func unsuitable() {
    #expect(PowerLaw(compute: [1e12, 1e13, 1e14], losses: [3, 2.5, 0]) == nil)
    #expect(PowerLaw(compute: [1e12, 1e13, -1], losses: [3, 2.5, 2]) == nil)
    #expect(PowerLaw(compute: [1e12, 1e13, .infinity], losses: [3, 2.5, 2]) == nil)
    #expect(PowerLaw(compute: [1e12, 1e13, 1e14], losses: [3, .nan, 2]) == nil)
    #expect(PowerLaw(compute: [1e12, 1e13, 1e14], losses: [3, 2.5]) == nil)
    #expect(PowerLaw(compute: [1e12, 1e13, 1e14], losses: [3, 2.5, 2], delta: 0) == nil)
  }

  @Test("huge and tiny numbers", arguments: [1e-300, 1, 1e300])
  func extremes(scale: Double) throws {
    let law = try #require(PowerLaw(compute: [1e-300, 1, 1e10, 1e300], losses: [4, 3, 2, 1].map { $0 * scale }))
    #expect(law.objective.isFinite && law.loss(compute: 1e5).isFinite)
  }

  @Test("intervals hold the truth and depend on the seed alone")
  func intervals() throws {
    let losses = SyntheticLosses.noisy(SyntheticLosses.powerLaw)
    let law = try #require(PowerLaw(compute: Self.compute, losses: losses))
    func exponents(_ seed: UInt64) -> Bootstrap<PowerLaw> {
      law.bootstrap(compute: Self.compute, losses: losses, repeats: 60, seed: seed)
    }
    let draws = exponents(1)
    let interval = try #require(draws.interval(\.exponent))
    #expect(interval.low < 0.13 && 0.13 < interval.high && interval.high - interval.low < 0.3, "\(interval)")
    #expect(exponents(1).replicates.map(\.exponent) == draws.replicates.map(\.exponent))
    #expect(exponents(2).replicates.map(\.exponent) != draws.replicates.map(\.exponent))
  }
}
