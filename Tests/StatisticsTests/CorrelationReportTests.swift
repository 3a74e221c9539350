import Foundation
import Statistics
import Testing

@Suite("Correlation report")
struct CorrelationReportTests {
  static let score = CorrelationStudy.Variable("score", BootstrapTests.score)
  static let loss = CorrelationStudy.Variable("loss", BootstrapTests.loss)
  static let size = CorrelationStudy.Variable("size", (0..<24).map { Double($0 * 5 % 7) })
  static let same = CorrelationStudy.Variable("same", [Double](repeating: 3, count: 24))

  static func report(
    _ score: CorrelationStudy.Variable = score, _ target: CorrelationStudy.Variable = loss,
    lowerIsBetter: Bool = true, classes: [String]? = nil, covariates: [CorrelationStudy.Variable] = [],
    repeats: Int = 100
  ) throws -> CorrelationReport {
    let things = score.values.indices.map { thing in
      CorrelationStudy.Thing(
        name: "\(thing)", classification: classes?[thing], scores: [score.values[thing]],
        targets: [target.values[thing]],
        covariates: Dictionary(uniqueKeysWithValues: covariates.map { ($0.name, $0.values[thing]) }))
    }
    let study = try CorrelationStudy(
      score: score.name, target: target.name, lowerIsBetter: lowerIsBetter, covariates: covariates.map(\.name),
      things: things)
    return CorrelationReport(study, settings: .init(repeats: repeats, permutations: 99, seed: 1))
  }

  @Test("subsets are the better ones by the target, and classes by name")
  func subsets() throws {
    let classes = (0..<24).map { $0 % 3 == 0 ? "b" : "a" }
    let rows = try Self.report(classes: classes).rows.filter { $0.kind == .kendall }
    #expect(rows.map(\.subset) == ["all", "better half", "top quarter", "class a", "class b"])
    #expect(rows.map(\.count) == [24, 12, 6, 16, 8])
    let order = (0..<24).sorted { Self.loss.values[$0] < Self.loss.values[$1] }
    for (row, kept) in zip(rows, [order, Array(order.prefix(12)), Array(order.prefix(6))]) {
      let expected = Correlation.kendall.coefficient(
        kept.map { Self.score.values[$0] }, kept.map { Self.loss.values[$0] })
      #expect(row.coefficient == expected && row.interval != nil && row.pValue != nil)
    }
    let higher = try #require(try Self.report(lowerIsBetter: false).rows.first { $0.subset == "top quarter" })
    let top = Array(order.suffix(6))
    let expected = try #require(
      Correlation.pearson.coefficient(top.map { Self.score.values[$0] }, top.map { Self.loss.values[$0] }))
    #expect(abs(try #require(higher.coefficient) - expected) < 1e-12)
  }

  @Test("those that are as good as the last of a subset belong to it")
  func tiedSubsets() throws {
    let report = try Self.report(.init("x", [1, 2, 3, 4, 5, 6]), .init("y", [1, 1, 1, 1, 2, 3]), repeats: 0)
    #expect(report.rows.filter { $0.kind == .pearson }.map(\.count) == [6, 4, 4])
    #expect(report.rows.filter { $0.subset == "top quarter" }.allSatisfy { $0.coefficient == nil && $0.pValue == nil })
  }

  @Test("covariates are predictors, are taken into account, and are compared")
  func covariates() throws {
    let report = try Self.report(covariates: [Self.size, Self.same])
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
  func beaten() throws {
    let report = try Self.report(covariates: [.init("oracle", Self.loss.values.map { -$0 })])
    #expect(report.comparisons.allSatisfy { $0.difference < 0 && !$0.isBeaten })
  }

  @Test("how much of the standard deviation of the target the better ones have")
  func ranges() throws {
    // Deviations of 0 … 7: √6; of 0 … 3: √(5/3); of 0 and 1: √(1/2).
    let line = CorrelationStudy.Variable("y", (0..<8).map(Double.init))
    let ranges = try Self.report(line, line, repeats: 0).ranges
    #expect(ranges.map(\.subset) == ["better half", "top quarter"])
    let expected = [(5.0 / 18).squareRoot(), (1.0 / 12).squareRoot()]
    #expect(zip(ranges, expected).allSatisfy { abs($0.share - $1) < 1e-14 })
    #expect(try Self.report(line, .init("same", line.values.map { _ in 1 }), repeats: 0).ranges.isEmpty)
  }
}
