import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference_correlation.py` prints (scipy), or
/// computed by hand.
@Suite("Effects of parts")
struct PartEffectTests {
  static func report(
    _ parts: [[Double]], _ loss: [Double], repeats: Int = 0, lowerIsBetter: Bool = true
  ) throws -> CorrelationReport {
    let names = parts.indices.map { "p\($0)" }
    let things = loss.indices.map { thing in
      CorrelationStudy.Thing(
        name: "\(thing)", scores: [parts.reduce(0) { $0 + $1[thing] } / Double(parts.count)], targets: [loss[thing]],
        parts: Dictionary(uniqueKeysWithValues: zip(names, parts.map { $0[thing] })))
    }
    let study = try CorrelationStudy(
      score: "score", target: "loss", lowerIsBetter: lowerIsBetter, parts: names, things: things)
    return CorrelationReport(study, settings: .init(repeats: repeats, permutations: 9, seed: 1))
  }

  @Test("each part, and the mean without it")
  func effects() throws {
    let effects = try Self.report(PartWeightsTests.parts, PartWeightsTests.loss, repeats: 2000).partEffects
    #expect(effects.map(\.part) == ["p0", "p0", "p0", "p1", "p1", "p1", "p2", "p2", "p2", "p3", "p3", "p3"])
    let kendall = effects.filter { $0.kind == .kendall }
    let own = [-0.6231884057971014, 0.12318840579710144, -0.07246376811594202, -0.0037258486167491326]
    let without = [0.05072463768115942, -0.608695652173913, -0.463768115942029, -0.4492753623188406]
    for (effect, expected) in zip(kendall, zip(own, without)) {
      #expect(abs(try #require(effect.own.coefficient) - expected.0) < 1e-12)
      #expect(abs(try #require(effect.without.coefficient) - expected.1) < 1e-12)
      #expect(abs(try #require(effect.difference) - (abs(expected.1) - 0.4710144927536232)) < 1e-12)
      #expect(effect.own.pValue != nil && effect.without.pValue == nil)
    }
    #expect(kendall.map(\.verdict?.rawValue) == ["worse", kendall[1].verdict?.rawValue, nil, nil])
    let third = effects[6]
    #expect(third.kind == .pearson)
    #expect(abs(try #require(third.difference) - 0.0005866572134718417) < 1e-12)
    let interval = try #require(third.interval)
    #expect(abs(interval.low - -0.0910) < 0.015 && abs(interval.high - 0.0891) < 0.015, "\(interval)")
  }

  @Test("with ties, by hand")
  func byHand() throws {
    let effects = try Self.report([[1, 3, 2, 4], [1, 1, 2, 2]].map { $0.map(Double.init) }, [1, 3, 2, 2]).partEffects
    let kendall = effects.filter { $0.kind == .kendall }
    let (first, second) = (try #require(kendall[0].own.coefficient), try #require(kendall[1].own.coefficient))
    // 1 3 2 4 against 1 3 2 2: of six pairs four are concordant, one is discordant, one is tied.
    #expect(abs(first - 3 / 30.0.squareRoot()) < 1e-14)
    // 1 1 2 2 against 1 3 2 2: of the four pairs that are not tied in x two are concordant, two discordant.
    #expect(second == 0)
    // Their mean is 1 2 2 3: τ is 2 / √(5·5).
    #expect(abs(try #require(kendall[0].difference) - (0 - 0.4)) < 1e-14)
    #expect(kendall[0].without.coefficient == second && kendall[1].without.coefficient == first)
    #expect(kendall.allSatisfy { $0.interval == nil && $0.verdict == nil })
  }

  @Test("a part that hurts is named, and only if that is beyond doubt")
  func harmful() throws {
    let line = (0..<30).map { Double($0) / 10 }
    let bad = (0..<30).map { 9 * cos(Double($0 * $0) * 0.9) }
    let kendall = try Self.report([line.map { -$0 }, bad, line.map { -$0 * $0 }], line, repeats: 500).partEffects
      .filter { $0.kind == .kendall }
    #expect(kendall[1].verdict == .better && kendall[0].verdict != .better && kendall[2].verdict != .better)
  }

  @Test("a constant part has no coefficient; a single part no effects")
  func degenerate() throws {
    let line = (0..<12).map(Double.init)
    let report = try Self.report([line, line.map { _ in 0.1 }], line.map { -$0 * $0 }, repeats: 100)
    let kendall = report.partEffects.filter { $0.kind == .kendall }
    #expect(kendall[1].own.coefficient == nil && kendall[1].own.pValue == nil && kendall[1].difference == 0)
    #expect(kendall[0].without.coefficient == nil && kendall[0].difference == nil && kendall[0].verdict == nil)
    #expect(try Self.report([line], line).partEffects.isEmpty)
    #expect(try Self.report([line], line).reweighting == nil)
  }

  @Test("weights beside the mean, on the same things")
  func reweighting() throws {
    let report = try Self.report(PartWeightsTests.parts, PartWeightsTests.loss, repeats: 200)
    let gains = try #require(report.reweighting).gains
    #expect(gains.map(\.kind) == Correlation.allCases)
    #expect(abs(try #require(gains[2].mean.coefficient) - -0.4710144927536232) < 1e-12)
    #expect(abs(try #require(gains[2].other.coefficient) - -0.6014492753623188) < 1e-12)
    #expect(abs(try #require(gains[2].gain) - (0.6014492753623188 - 0.4710144927536232)) < 1e-12)
    #expect(gains.allSatisfy { $0.interval != nil && $0.other.pValue == nil })
    let higher = try Self.report(PartWeightsTests.parts, PartWeightsTests.loss.map { -$0 }, lowerIsBetter: false)
    let same = try #require(higher.reweighting?.gains[2].gain)
    #expect(abs(same - (0.6014492753623188 - 0.4710144927536232)) < 1e-12)
    let joined = ["mean of parts", "parts of equal spread", "reweighted parts held out"]
    #expect(report.rows.suffix(9).map(\.predictor) == joined.flatMap { [$0, $0, $0] })
  }

  @Test("parts of equal spread beside the mean")
  func equalSpread() throws {
    let report = try Self.report(PartWeightsTests.parts, PartWeightsTests.loss, repeats: 200)
    let expected = [-0.41566249153374457, -0.49391304347826087, -0.3043478260869565]
    for (gain, coefficient) in zip(report.equalSpread, expected) {
      #expect(abs(try #require(gain.other.coefficient) - coefficient) < 1e-12)
    }
    #expect(abs(try #require(report.equalSpread[2].gain) - (0.3043478260869565 - 0.4710144927536232)) < 1e-12)
    // Scaling a part changes the mean, and this not; one that does not vary counts in neither direction.
    let scaled = PartWeightsTests.parts.enumerated().map { index, part in part.map { index == 0 ? 100 * $0 : $0 } }
    let constant = [[Double](repeating: 3, count: 24)]
    let same = try Self.report(scaled + constant, PartWeightsTests.loss).equalSpread
    #expect(abs(try #require(same[2].other.coefficient) - expected[2]) < 1e-12)
    #expect(same[2].mean.coefficient != report.equalSpread[2].mean.coefficient)
    #expect(try Self.report([PartWeightsTests.loss] + constant, PartWeightsTests.loss).equalSpread.isEmpty)
  }

  @Test("weights are not fitted below ten things")
  func few() throws {
    let line = (0..<9).map(Double.init)
    #expect(try Self.report([line, line.map { $0 * $0 }], line).reweighting == nil)
  }
}
