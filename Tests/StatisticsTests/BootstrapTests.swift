import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference_correlation.py` prints (scipy,
/// 50 000 draws).
@Suite("Bootstrap and permutations")
struct BootstrapTests {
  static let score = (0..<24).map { sin(Double($0) * 1.7) + 0.1 * Double($0) }
  static let loss = (0..<24).map { -0.5 * score[$0] + cos(Double($0 * $0) * 0.9) }

  @Test(
    "intervals of correlations, corrected and by percentiles",
    arguments: [
      (Correlation.pearson, (-0.8339, -0.5397), (-0.8460, -0.5675)),
      (.kendall, (-0.6935, -0.3612), (-0.7143, -0.3985)),
    ])
  func intervals(kind: Correlation, accelerated: (Double, Double), percentile: (Double, Double)) throws {
    let estimate = try #require(
      CorrelationEstimate(kind, Self.score, Self.loss, repeats: 5000, permutations: 1000, seed: 1))
    let interval = try #require(estimate.interval)
    #expect(abs(interval.low - accelerated.0) < 0.02 && abs(interval.high - accelerated.1) < 0.02, "\(interval)")
    let draws = Bootstrap(rows: 24, repeats: 5000, seed: 2) { rows in
      kind.coefficient(rows.map { Self.score[$0] }, rows.map { Self.loss[$0] })
    }
    let plain = try #require(draws.interval { $0 })
    #expect(abs(plain.low - percentile.0) < 0.02 && abs(plain.high - percentile.1) < 0.02, "\(plain)")
  }

  @Test("the seed decides about the draws, and nothing else")
  func seeds() {
    func means(_ seed: UInt64) -> [Double] {
      Bootstrap(rows: 24, repeats: 50, seed: seed) { rows in rows.reduce(0) { $0 + Self.score[$1] } / 24 }.replicates
    }
    #expect(means(1) == means(1))
    #expect(means(1) != means(2))
    #expect(Set(means(1)).count == 50)
  }

  @Test("draws without an estimate are counted and left out")
  func failures() throws {
    // Without the last row all x are equal, which happens to (1 - 1/5)⁵ = 0.328 of the draws.
    let (x, y) = ([1.0, 1, 1, 1, 2], [1.0, 2, 3, 4, 5])
    let draws = Bootstrap(rows: 5, repeats: 2000, seed: 1) { rows in
      Correlation.pearson.coefficient(rows.map { x[$0] }, rows.map { y[$0] })
    }
    #expect(draws.replicates.count + draws.failures == 2000)
    #expect(abs(Double(draws.failures) / 2000 - 0.33) < 0.04)
    #expect(draws.interval { $0 } != nil)
    #expect(draws.interval { $0 > 0.99 ? $0 : nil } == nil, "less than half have it")
    #expect(draws.acceleratedInterval(estimate: .nan, jackknife: []) { $0 } == nil)
  }

  @Test("equal draws give an interval of that point; no draws none")
  func degenerate() {
    let same = Bootstrap(rows: 3, repeats: 20, seed: 1) { _ in 4.0 }
    #expect(same.interval { $0 } == Interval(low: 4, high: 4))
    #expect(same.acceleratedInterval(estimate: 4, jackknife: [4, 4, 4]) { $0 } == Interval(low: 4, high: 4))
    #expect(same.acceleratedInterval(estimate: 9, jackknife: [.nan]) { $0 } == Interval(low: 4, high: 4))
    #expect(Bootstrap(rows: 0, repeats: 20, seed: 1) { _ in 4.0 }.interval { $0 } == nil)
    #expect(Bootstrap(rows: 3, repeats: 0, seed: 1) { _ in 4.0 }.interval { $0 } == nil)
  }

  @Test(
    "p-values over all orders",
    arguments: [
      (Correlation.pearson, CorrelationTests.y, 0.8793650793650793), (.kendall, CorrelationTests.y, 0.9920634920634921),
      (.pearson, CorrelationTests.z, 0.3873015873015873), (.kendall, CorrelationTests.z, 0.4444444444444444),
    ])
  func exact(kind: Correlation, other: [Double], expected: Double) throws {
    let (x, y) = (Array(CorrelationTests.x.prefix(7)), Array(other.prefix(7)))
    let exact = try #require(
      PermutationTest.pValue(y, permutations: 5040, seed: 1) { kind.coefficient(x, $0) })
    #expect(abs(exact - expected) < 1e-12)
    let drawn = try #require(PermutationTest.pValue(y, permutations: 5039, seed: 1) { kind.coefficient(x, $0) })
    #expect(abs(drawn - expected) < 0.03)
  }

  @Test("of all orders of five, two are as monotone as a line")
  func monotone() {
    let pValue = PermutationTest.pValue([1, 2, 3, 4, 5], permutations: 120, seed: 1) {
      Correlation.spearman.coefficient([1, 2, 3, 4, 5], $0)
    }
    #expect(pValue == 2.0 / 120)
    #expect(
      PermutationTest.pValue([1, 1, 1], permutations: 99, seed: 1) { Correlation.kendall.coefficient([1, 2, 3], $0) }
        == nil)
  }
}
