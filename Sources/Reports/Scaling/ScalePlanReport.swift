import Reporting
import Text

/// What `scale --dry-run` prints: the trainings, and what those past the optimum would cost.
package struct ScalePlanReport: Report {
  private let trainings: Table
  private let past: PastOptimum?
  private let pastFLOPs: Double?

  /// - Parameters:
  ///   - past: nil before the optima are known.
  ///   - mostFLOPs: of the trainings past the optimum, at most; nil if there are to be none.
  package init(_ trainings: Table, past: PastOptimum?, mostFLOPs: Double?) {
    (self.trainings, self.past, pastFLOPs) = (trainings, past, mostFLOPs)
  }

  package var parts: [ReportPart] {
    let table = ReportPart.table("trainings", trainings)
    guard let pastFLOPs else { return [table] }
    let flops = NumberText.significant(pastFLOPs, digits: 3)
    let fact = ReportPart.facts([Fact("pastOptimumFLOPs", .number(pastFLOPs))])
    guard let past else {
      return [
        table, fact, .facts([Fact("pastOptimum", .nothing)]),
        .words(
          "past the optimum: up to about \(flops) FLOPs more, 20 times the smallest budget for each layout; the sizes "
            + "follow from the trainings above\n"),
      ]
    }
    return [table, fact, .report("pastOptimum", past), .words("past the optimum: \(flops) FLOPs in all\n")]
  }
}
