import Engine
import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference_correlation.py` prints (scipy's
/// non-negative least squares).
@Suite("Weights of parts")
struct PartWeightsTests {
  static let places = (0..<24).map(Double.init)
  static let parts: [[Double]] = [
    places.map { sin($0 * 1.7) }, places.map { 2 + 0.5 * cos($0 * 0.8) }, places.map { sin($0 * $0 * 0.6) / 3 },
    (0..<24).map { 0.1 * Double($0 * 7 % 11) },
  ]
  static let loss = places.indices.map { (thing: Int) -> Double in
    let noise = 0.8 * cos(places[thing] * places[thing] * 0.9)
    return noise - parts[0][thing] - 0.5 * parts[3][thing]
  }

  @Test(
    "with a given shrinkage",
    arguments: [
      (0.01, [0.7086413643818248, 0, 0, 0.2913586356181751]),
      (1, [0.5158714954595955, 0.028331727622332194, 0.19894297447170678, 0.2568538024463656]),
      (.infinity, [0.25, 0.25, 0.25, 0.25]),
    ])
  func given(shrinkage: Double, expected: [Double]) throws {
    let weights = try #require(
      PartWeights.fitted(parts: Self.parts, target: Self.loss, lowerIsBetter: true, shrinkage: shrinkage))
    #expect(zip(weights, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(weights)")
  }

  @Test("chosen by cross-validation, and judged on things held out")
  func heldOut() throws {
    let fitted = try #require(PartWeights(parts: Self.parts, target: Self.loss, lowerIsBetter: true))
    #expect(fitted.shrinkage == 0.01 && abs(fitted.weights[0] - 0.7086413643818248) < 1e-9)
    for (kind, expected) in [
      (Correlation.pearson, -0.8169677892148459), (.spearman, -0.8052173913043478), (.kendall, -0.6014492753623188),
    ] {
      let coefficient = try #require(kind.coefficient(fitted.heldOutScores, Self.loss))
      #expect(abs(coefficient - expected) < 1e-8)
    }
  }

  @Test("neither the units of the target nor constants added to parts matter")
  func units() throws {
    let fitted = try #require(PartWeights(parts: Self.parts, target: Self.loss, lowerIsBetter: true))
    let parts = Self.parts.map { part in part.map { 1e4 * $0 + 3e4 } }
    let gains = Self.loss.map { 7 - 1e-3 * $0 }
    let other = try #require(PartWeights(parts: parts, target: gains, lowerIsBetter: false))
    #expect(other.shrinkage == fitted.shrinkage)
    #expect(zip(fitted.weights, other.weights).allSatisfy { abs($0 - $1) < 1e-7 })
    #expect(zip(fitted.heldOutScores, other.heldOutScores).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("true weights are found, and tell more of things held out than the mean")
  func known() throws {
    var better = 0
    for seed in UInt64(0)..<10 {
      let (parts, noise) = Self.random(parts: 4, things: 60, seed: seed)
      let loss = noise.indices.map { (thing: Int) -> Double in
        0.2 * noise[thing] - 0.7 * parts[0][thing] - 0.3 * parts[1][thing]
      }
      let fitted = try #require(PartWeights(parts: parts, target: loss, lowerIsBetter: true))
      #expect(zip(fitted.weights, [0.7, 0.3, 0, 0]).allSatisfy { abs($0 - $1) < 0.12 }, "\(fitted.weights)")
      #expect(abs(fitted.weights.reduce(0, +) - 1) < 1e-12 && fitted.weights.allSatisfy { $0 >= 0 })
      let heldOut = try #require(Correlation.kendall.coefficient(fitted.heldOutScores, loss))
      let mean = loss.indices.map { thing in parts.reduce(0) { $0 + $1[thing] } }
      let plain = try #require(Correlation.kendall.coefficient(mean, loss))
      better += heldOut < plain ? 1 : 0
    }
    #expect(better == 10)
  }

  @Test("noise does not look good on things held out")
  func noise() throws {
    var sum = 0.0
    let seeds = 60
    for seed in UInt64(0)..<UInt64(seeds) {
      let (parts, noise) = Self.random(parts: 6, things: 20, seed: 1000 + seed)
      let fitted = try #require(PartWeights(parts: parts, target: noise, lowerIsBetter: true))
      // In the direction of a good score.
      sum -= try #require(Correlation.pearson.coefficient(fitted.heldOutScores, noise))
    }
    // The standard error of the mean is about 0.23 / √60.
    #expect(sum / Double(seeds) < 0.05, "\(sum / Double(seeds))")
    #expect(sum / Double(seeds) > -0.3, "leaving one out must not turn the score around: \(sum / Double(seeds))")
  }

  @Test("where equal weights are right they are nearly as good held out as the mean")
  func equal() throws {
    var loss = 0.0
    for seed in UInt64(0)..<10 {
      let (parts, noise) = Self.random(parts: 6, things: 24, seed: 2000 + seed)
      let mean = noise.indices.map { thing in parts.reduce(0) { $0 + $1[thing] } }
      let target = zip(mean, noise).map { 1.5 * $1 - $0 }
      let fitted = try #require(PartWeights(parts: parts, target: target, lowerIsBetter: true))
      loss += try #require(Correlation.pearson.coefficient(fitted.heldOutScores, target))
      loss -= try #require(Correlation.pearson.coefficient(mean, target))
    }
    #expect(loss / 10 > 0 && loss / 10 < 0.1, "\(loss / 10)")
  }

  @Test("no part that goes the way of the target: equal weights")
  func withoutDirection() throws {
    let line = (0..<12).map(Double.init)
    let fitted = try #require(PartWeights(parts: [line, line.map { $0 * $0 }], target: line, lowerIsBetter: true))
    #expect(fitted.weights == [0.5, 0.5] && fitted.isWithoutDirection)
  }

  @Test("not fitted to too few things, to none that vary, or to what is no number")
  func undefined() throws {
    let line = (0..<10).map(Double.init)
    let same = [Double](repeating: 0.1, count: 10)
    #expect(PartWeights(parts: [line, line], target: line, lowerIsBetter: false) != nil)
    let short = Array(line.dropLast())
    #expect(PartWeights(parts: [short, short], target: short, lowerIsBetter: false) == nil)
    #expect(PartWeights(parts: [same, same], target: line, lowerIsBetter: false) == nil)
    #expect(PartWeights(parts: [line, line], target: same, lowerIsBetter: false) == nil)
    #expect(PartWeights(parts: [line, same.map { _ in .nan }], target: line, lowerIsBetter: false) == nil)
    #expect(PartWeights(parts: [], target: line, lowerIsBetter: false) == nil)
    let constant = try #require(PartWeights(parts: [line, same], target: line, lowerIsBetter: false))
    #expect(try #require(Correlation.kendall.coefficient(constant.heldOutScores, line)) > 1 - 1e-12)
  }

  /// Independent normal values: those of parts, and of noise.
  private static func random(parts: Int, things: Int, seed: UInt64) -> (parts: [[Double]], noise: [Double]) {
    var stream = RandomStream(seed: seed, "parts")
    let all = (0...parts).map { _ in (0..<things).map { _ in stream.normal() } }
    return (Array(all.prefix(parts)), all[parts])
  }
}
