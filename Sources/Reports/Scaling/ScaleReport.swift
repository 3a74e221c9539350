import Reporting
import Text

/// What `scale` prints when all is trained.
package struct ScaleReport: Report {
  private let trainings: Table
  private let layouts: [ScaledLayout]
  private let comparisons: [ScaleComparison]
  private let past: PastOptimum?

  /// - Parameters:
  ///   - trainings: the table of the IsoFLOP part.
  ///   - targets: FLOPs at which the power laws are compared with the baseline's.
  package init(_ trainings: Table, _ layouts: [ScaledLayout], past: PastOptimum?, targets: [Double]) {
    (self.trainings, self.layouts, self.past) = (trainings, layouts, past)
    let baseline = layouts.first(where: \.isBaseline)
    comparisons = layouts.filter { !$0.isBaseline }.compactMap { layout in
      baseline.map { ScaleComparison(layout, baseline: $0, targets: targets) }
    }
  }

  package var parts: [ReportPart] {
    [.table("trainings", trainings), .reports("layouts", layouts), .reports("comparisons", comparisons)]
      + [past.map { .report("pastOptimum", $0) } ?? .facts([Fact("pastOptimum", .nothing)])]
  }
}
