import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference.py` prints (numpy, scipy).
@Suite("Gaussian process")
struct GaussianProcessTests {
  static let places = [0.0, 0.4, 1.0, 1.7, 2.5, 4.0]
  static let targets = [0.3, 0.9, 1.4, 0.2, -0.8, 0.1]
  static let noise = [0.1, 0.1, 0.05, 0.1, 0.1, 0.2]

  static func correlations(_ place: Double) -> [Double] { places.map { exp(-abs($0 - place)) } }

  static func process() throws -> GaussianProcess {
    try #require(
      GaussianProcess(correlations: places.flatMap(correlations), noise: noise, targets: targets))
  }

  @Test("mean, scale and marginal likelihood")
  func fit() throws {
    let process = try Self.process()
    #expect(abs(process.mean - 0.22586025017161968) < 1e-12)
    #expect(abs(process.scale - 0.5176660427863286) < 1e-12)
    #expect(abs(process.logLikelihood - -6.229311957602588) < 1e-11)
  }

  @Test(
    "posteriors",
    arguments: [
      (0.7, 1.0561492891967834, 0.16676966944994687), (3.0, -0.31075574529942573, 0.3173687187202999),
      (9.0, 0.22492164705998863, 0.517646427014529),
    ])
  func posterior(place: Double, mean: Double, variance: Double) throws {
    let posterior = try Self.process().posterior(correlations: Self.correlations(place))
    #expect(abs(posterior.mean - mean) < 1e-12)
    #expect(abs(posterior.variance - variance) < 1e-12)
  }

  @Test("a value that is believed in is as one more observation at its mean")
  func believe() throws {
    let process = try Self.process()
    let other = process.posterior(correlations: Self.correlations(3))
    var posterior = process.posterior(correlations: Self.correlations(2.7))
    process.believe(other, correlation: exp(-0.3), noise: 0.1, in: &posterior)
    #expect(abs(posterior.mean - -0.5135528728401543) < 1e-12)
    #expect(abs(posterior.variance - 0.1451648907324122) < 1e-12)
  }

  @Test("what cannot be fitted gives none")
  func degenerate() {
    #expect(GaussianProcess(correlations: [], noise: [], targets: []) == nil)
    #expect(GaussianProcess(correlations: [1, 1, 1, 1], noise: [0, 0], targets: [0, 1]) == nil)
    #expect(GaussianProcess(correlations: [1], noise: [0, 0], targets: [0, 1]) == nil)
  }

  @Test("equal targets are predicted everywhere")
  func equalTargets() throws {
    let process = try #require(
      GaussianProcess(
        correlations: Self.places.flatMap(Self.correlations), noise: Self.noise, targets: [2, 2, 2, 2, 2, 2]))
    let posterior = process.posterior(correlations: Self.correlations(0.7))
    #expect(abs(posterior.mean - 2) < 1e-9 && posterior.variance < 1e-9)
  }
}
