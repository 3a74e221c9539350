import Statistics
import Testing

@Suite("Correlation study")
struct CorrelationStudyTests {
  typealias Thing = CorrelationStudy.Thing

  @Test("replicates are averaged, parts in the order of their names")
  func means() throws {
    let study = try CorrelationStudy(
      score: "mad", target: "loss", lowerIsBetter: true, parts: ["b", "a", "c"], covariates: ["size"],
      things: [
        Thing(name: "one", scores: [1, 2], targets: [3], parts: ["a": 4, "b": 5, "c": 9], covariates: ["size": 6]),
        Thing(name: "two", scores: [7], targets: [1, 2, 6], parts: ["a": 8, "b": 9, "c": 1], covariates: ["size": 1]),
      ])
    #expect(study.score.values == [1.5, 7] && study.target.values == [3, 3])
    #expect(study.parts.map(\.values) == [[5, 9], [4, 8], [9, 1]])
    #expect(study.meanOfParts().values == [6, 6] && study.meanOfParts(without: 2).values == [4.5, 8.5])
    #expect(study.meanOfParts(without: 2).name == "mean of parts without c")
  }

  @Test("things without a value, or with one that is not finite, are refused")
  func refused() throws {
    func study(_ thing: Thing) throws(CorrelationStudyError) -> CorrelationStudy {
      try CorrelationStudy(
        score: "mad", target: "loss", lowerIsBetter: true, parts: ["a"], covariates: ["size"], things: [thing])
    }
    #expect(throws: CorrelationStudyError.missing("mad", thing: "x")) {
      try study(Thing(name: "x", scores: [], targets: [1], parts: ["a": 1], covariates: ["size": 1]))
    }
    #expect(throws: CorrelationStudyError.missing("a", thing: "x")) {
      try study(Thing(name: "x", scores: [1], targets: [1], covariates: ["size": 1]))
    }
    #expect(throws: CorrelationStudyError.missing("size", thing: "x")) {
      try study(Thing(name: "x", scores: [1], targets: [1], parts: ["a": 1]))
    }
    #expect(throws: CorrelationStudyError.notFinite("loss", thing: "x", .infinity)) {
      try study(Thing(name: "x", scores: [1], targets: [1, .infinity], parts: ["a": 1], covariates: ["size": 1]))
    }
    #expect(CorrelationStudyError.missing("a", thing: "x").description == "x has no a")
  }
}
