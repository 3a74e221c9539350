import Foundation
import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference_correlation.py` prints (numpy, scipy), or
/// computed by hand.
@Suite("Correlation")
struct CorrelationTests {
  static let x = [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3.5]
  static let y = [2.0, 7, 1, 8, 2, 8, 1, 8, 2, 8]
  static let z = [1.0, 2, 2, 3, 5, 4, 4, 7, 6, 6]
  static let w = [2.0, 1, 0.5, 3, 1, 2, 4, 4, 3, 1]

  @Test(
    "coefficients of values with ties",
    arguments: [
      (Correlation.pearson, y, 0.1281968419798446), (.spearman, y, 0.16308001724472523),
      (.kendall, y, 0.15466177866794012), (.pearson, z, 0.45266713540372805), (.spearman, z, 0.5723104014757684),
      (.kendall, z, 0.4235587248015105),
    ])
  func ties(kind: Correlation, other: [Double], expected: Double) throws {
    let coefficient = try #require(kind.coefficient(Self.x, other))
    #expect(abs(coefficient - expected) < 1e-14)
  }

  @Test("by hand")
  func byHand() throws {
    // Pairs: 3 concordant, 1 discordant, one tied in x, one in y: 2 / √(5·5).
    let kendall = try #require(Correlation.kendall.coefficient([1, 2, 2, 3], [1, 3, 2, 2]))
    #expect(abs(kendall - 0.4) < 1e-15)
    // Ranks less their mean: -1.5, 0, 0, 1.5 and -1.5, 1.5, 0, 0.
    let spearman = try #require(Correlation.spearman.coefficient([1, 2, 2, 3], [1, 3, 2, 2]))
    #expect(abs(spearman - 0.5) < 1e-15)
    let pearson = try #require(Correlation.pearson.coefficient([1, 2, 3], [1, 2, 2]))
    #expect(abs(pearson - 0.75.squareRoot()) < 1e-15)
  }

  @Test("the same as from all pairs, for many values with ties")
  func kendallOfPairs() throws {
    let x = (0..<101).map { Double($0 * $0 % 17) }
    let y = (0..<101).map { Double($0 * 7 % 23) }
    var (difference, untiedX, untiedY) = (0, 0, 0)
    for i in x.indices {
      for j in 0..<i {
        difference += ((x[i] - x[j]) * (y[i] - y[j])).signum
        untiedX += x[i] == x[j] ? 0 : 1
        untiedY += y[i] == y[j] ? 0 : 1
      }
    }
    let expected = Double(difference) / (Double(untiedX) * Double(untiedY)).squareRoot()
    let coefficient = try #require(Correlation.kendall.coefficient(x, y))
    #expect(abs(coefficient - expected) < 1e-14)
  }

  @Test("a monotone relation is perfect by ranks, a line by values", arguments: Correlation.allCases)
  func perfect(kind: Correlation) throws {
    let line = Self.w.map { -1e200 * $0 }
    let coefficient = try #require(kind.coefficient(Self.w, line))
    #expect(abs(coefficient + 1) < 1e-15)
    if kind != .pearson {
      let ranked = try #require(kind.coefficient(Self.w, Self.w.map { $0 == 4 ? .infinity : exp($0) }))
      #expect(abs(ranked - 1) < 1e-15)
    }
  }

  @Test("not defined without variation, without pairs, or with what is no number", arguments: Correlation.allCases)
  func undefined(kind: Correlation) {
    #expect(kind.coefficient([], []) == nil)
    #expect(kind.coefficient([1], [1]) == nil)
    #expect(kind.coefficient([1, 2], [1]) == nil)
    #expect(kind.coefficient([2, 2, 2], [1, 2, 3]) == nil)
    #expect(kind.coefficient([1, 2, 3], [0.1, 0.1, 0.1]) == nil)
    #expect(kind.coefficient([1, .nan, 3], [1, 2, 3]) == nil)
    #expect(Correlation.pearson.coefficient([1, 2, .infinity], [1, 2, 3]) == nil)
  }

  @Test("partial correlation given one and two covariates")
  func partial() throws {
    let one = try #require(PartialCorrelation.coefficient(.pearson, Self.x, Self.y, given: [Self.z]))
    #expect(abs(one - 0.007362118564943012) < 1e-13)
    let two = try #require(PartialCorrelation.coefficient(.pearson, Self.x, Self.y, given: [Self.z, Self.w]))
    #expect(abs(two - -0.001233235953883561) < 1e-13)
    let ranks = try #require(PartialCorrelation.coefficient(.spearman, Self.x, Self.y, given: [Self.z, Self.w]))
    #expect(abs(ranks - -0.05799623530142191) < 1e-13)
  }

  @Test("a covariate that follows from another, or is constant, changes nothing")
  func dependentCovariates() throws {
    let one = try #require(PartialCorrelation.coefficient(.pearson, Self.x, Self.y, given: [Self.z]))
    let more = [Self.z, Self.z.map { 3 - 6e9 * $0 }, Self.z.map { _ in 7 }]
    let same = try #require(PartialCorrelation.coefficient(.pearson, Self.x, Self.y, given: more))
    #expect(abs(one - same) < 1e-12)
    #expect(PartialCorrelation.coefficient(.pearson, Self.x, Self.x, given: [Self.x]) == nil)
    #expect(PartialCorrelation.coefficient(.pearson, [1, 2, 4], [1, 3, 2], given: [[1, 0, 1]]) == nil)
  }

  @Test("Kendall's partial correlation by its formula")
  func partialKendall() throws {
    // τ is 0.4, and with the covariate 4 / 5 of x, 3 / √30 of y.
    let covariate = [1.0, 2, 3, 3]
    let first = try #require(Correlation.kendall.coefficient([1, 2, 2, 3], covariate))
    let second = try #require(Correlation.kendall.coefficient([1, 3, 2, 2], covariate))
    let expected = (0.4 - first * second) / ((1 - first * first) * (1 - second * second)).squareRoot()
    let partial = try #require(
      PartialCorrelation.coefficient(.kendall, [1, 2, 2, 3], [1, 3, 2, 2], given: [covariate]))
    #expect(abs(partial - expected) < 1e-14)
    #expect(PartialCorrelation.coefficient(.kendall, Self.x, Self.y, given: [Self.z, Self.w]) == nil)
  }
}

extension Double {
  fileprivate var signum: Int { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
