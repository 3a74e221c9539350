import Foundation
import Statistics
import Testing

@Suite("Correlation report")
struct CorrelationReportTests {
  static let score = CorrelationReport.Variable("score", BootstrapTests.score)
  static let loss = CorrelationReport.Variable("loss", BootstrapTests.loss)
  static let size = CorrelationReport.Variable("size", (0..<24).map { Double($0 * 5 % 7) })
  static let same = CorrelationReport.Variable("same", [Double](repeating: 3, count: 24))

  static func report(lowerIsBetter: Bool = true, classes: [String]? = nil, _ covariates: [CorrelationReport.Variable])
    -> CorrelationReport
  {
    CorrelationReport(
      score: score, target: loss, lowerIsBetter: lowerIsBetter, classes: classes, covariates: covariates,
      settings: .init(repeats: 100, permutations: 99, seed: 1))
  }

  @Test("subsets are the better ones by the target, and classes by name")
  func subsets() throws {
    let classes = (0..<24).map { $0 % 3 == 0 ? "b" : "a" }
    let rows = Self.report(classes: classes, []).rows.filter { $0.kind == .kendall }
    #expect(rows.map(\.subset) == ["all", "better half", "top quarter", "class a", "class b"])
    #expect(rows.map(\.count) == [24, 12, 6, 16, 8])
    let order = (0..<24).sorted { Self.loss.values[$0] < Self.loss.values[$1] }
    for (row, kept) in zip(rows, [order, Array(order.prefix(12)), Array(order.prefix(6))]) {
      let expected = Correlation.kendall.coefficient(
        kept.map { Self.score.values[$0] }, kept.map { Self.loss.values[$0] })
      #expect(row.coefficient == expected && row.interval != nil && row.pValue != nil)
    }
    let higher = try #require(Self.report(lowerIsBetter: false, []).rows.first { $0.subset == "top quarter" })
    let top = Array(order.suffix(6))
    let expected = try #require(
      Correlation.pearson.coefficient(top.map { Self.score.values[$0] }, top.map { Self.loss.values[$0] }))
    #expect(abs(try #require(higher.coefficient) - expected) < 1e-12)
  }

  @Test("those that are as good as the last of a subset belong to it")
  func tiedSubsets() {
    let report = CorrelationReport(
      score: .init("x", [1, 2, 3, 4, 5, 6]), target: .init("y", [1, 1, 1, 1, 2, 3]), lowerIsBetter: true, classes: nil,
      covariates: [], settings: .init(repeats: 0, permutations: 9, seed: 1))
    #expect(report.rows.filter { $0.kind == .pearson }.map(\.count) == [6, 4, 4])
    #expect(report.rows.filter { $0.subset == "top quarter" }.allSatisfy { $0.coefficient == nil && $0.pValue == nil })
  }

  @Test("covariates are predictors, are taken into account, and are compared")
  func covariates() throws {
    let report = Self.report([Self.size, Self.same])
    let partial = report.rows.filter { !$0.given.isEmpty }
    #expect(
      partial.map { $0.given.joined(separator: "+") + " " + $0.kind.rawValue } == [
        "size pearson", "size spearman", "size kendall", "same pearson", "same spearman", "same kendall",
        "size+same pearson", "size+same spearman",
      ])
    #expect(
      partial[0].coefficient
        == PartialCorrelation.coefficient(.pearson, Self.score.values, Self.loss.values, given: [Self.size.values]))
    #expect(partial.allSatisfy { $0.interval != nil && $0.pValue == nil })
    let size = try #require(Correlation.pearson.coefficient(Self.size.values, Self.loss.values))
    let score = try #require(Correlation.pearson.coefficient(Self.score.values, Self.loss.values))
    #expect(report.rows.contains { $0.predictor == "size" && $0.coefficient == size })
    #expect(report.comparisons.count == 6)
    #expect(abs(report.comparisons[0].difference - (abs(score) - abs(size))) < 1e-12)
    // What does not vary tells nothing, and is beaten by all that the score tells.
    #expect(report.comparisons[3].difference == abs(score) && report.comparisons[3].isBeaten)
  }

  @Test("a covariate that tells more is not beaten")
  func beaten() {
    let report = Self.report([.init("oracle", Self.loss.values.map { -$0 })])
    #expect(report.comparisons.allSatisfy { $0.difference < 0 && !$0.isBeaten })
  }
}
