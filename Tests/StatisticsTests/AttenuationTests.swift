import Engine
import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference_correlation.py` prints (numpy, scipy).
@Suite("Correction for attenuation")
struct AttenuationTests {
  static let scores = BootstrapTests.score.enumerated().map { index, score in
    [0.0, 1, 2].map { (seed: Double) -> Double in score + 0.6 * sin(Double(index) * (2.3 + seed) + seed) }
  }
  static let losses = BootstrapTests.loss.enumerated().map { index, loss in
    [0.0, 1].map { (seed: Double) -> Double in loss + 0.5 * cos(Double(index) * (1.3 + seed) + seed) }
  }

  static func correction(_ scores: [[Double]], _ losses: [[Double]], repeats: Int = 0) throws -> AttenuationCorrection?
  {
    let things = zip(scores, losses).enumerated().map { index, pair in
      CorrelationStudy.Thing(name: "\(index)", scores: pair.0, targets: pair.1)
    }
    let study = try CorrelationStudy(score: "score", target: "loss", lowerIsBetter: true, things: things)
    return CorrelationReport(study, settings: .init(repeats: repeats, permutations: 1, seed: 1)).attenuation
  }

  @Test("with replicates of both sides")
  func both() throws {
    let correction = try #require(try Self.correction(Self.scores, Self.losses, repeats: 4000))
    #expect(abs(try #require(correction.score.reliability) - 0.9426375715789597) < 1e-12)
    #expect(abs(try #require(correction.target.reliability) - 0.9263496902630283) < 1e-12)
    #expect(correction.score.measurements == 72 && correction.target.measurements == 48)
    #expect(correction.rows.map(\.kind) == [.pearson, .spearman])
    #expect(abs(try #require(correction.rows[0].coefficient) - -0.6953205306803721) < 1e-12)
    #expect(abs(try #require(correction.rows[1].coefficient) - -0.7518888891221893) < 1e-12)
    let interval = try #require(correction.rows[0].interval)
    #expect(abs(interval.low - -0.8224) < 0.025 && abs(interval.high - -0.4699) < 0.025, "\(interval)")
    let reliability = try #require(correction.score.interval)
    #expect(reliability.low < 0.9426 && 0.9426 < reliability.high && reliability.high <= 1)
  }

  @Test("a side without replicates counts as without noise; neither, and nothing is corrected")
  func oneSided() throws {
    let means = Self.losses.map { [($0[0] + $0[1]) / 2] }
    let correction = try #require(try Self.correction(Self.scores, means))
    #expect(correction.target.reliability == nil && !correction.target.hasReplicates)
    let expected = -0.6953205306803721 * 0.9263496902630283.squareRoot()
    #expect(abs(try #require(correction.rows[0].coefficient) - expected) < 1e-12)
    #expect(try Self.correction(means, means) == nil)
  }

  @Test("synthetic measurements of known reliability")
  func synthetic() throws {
    // A mean of two measurements with noise of variance 2 beside a thing's own of variance 1: reliability 1/2.
    var stream = RandomStream(seed: 1, "attenuation")
    var (scores, losses): ([[Double]], [[Double]]) = ([], [])
    for _ in 0..<4000 {
      let own = stream.normal()
      let loss = -0.8 * own + 0.6 * stream.normal()
      scores.append((0..<2).map { _ in own + 2.0.squareRoot() * stream.normal() })
      losses.append((0..<2).map { _ in loss + 2.0.squareRoot() * stream.normal() })
    }
    let correction = try #require(try Self.correction(scores, losses))
    #expect(abs(try #require(correction.score.reliability) - 0.5) < 0.05)
    #expect(abs(try #require(correction.target.reliability) - 0.5) < 0.05)
    // Measured -0.8 / 2.
    #expect(abs(try #require(correction.rows[0].coefficient) - -0.8) < 0.08)
  }

  @Test("not corrected where the replicates are nothing but noise")
  func unreliable() throws {
    let correction = try #require(
      try Self.correction([[0, 10], [1, 10], [2, 7]], [[1], [2], [3]]))
    #expect(correction.score.reliability == 0)
    #expect(correction.rows.allSatisfy { $0.coefficient == nil })
  }
}
