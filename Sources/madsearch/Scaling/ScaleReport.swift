import Reporting
import Text

/// What `scale` prints when all is trained.
struct ScaleReport {
  private let trainings: Table
  private let layouts: [ScaledLayout]
  private let comparisons: [ScaleComparison]
  private let past: PastOptimum?

  /// - Parameters:
  ///   - trainings: the table of the IsoFLOP part.
  ///   - targets: FLOPs at which the power laws are compared with the baseline's.
  init(_ trainings: Table, _ layouts: [ScaledLayout], past: PastOptimum?, targets: [Double]) {
    (self.trainings, self.layouts, self.past) = (trainings, layouts, past)
    let baseline = layouts.first(where: \.isBaseline)
    comparisons = layouts.filter { !$0.isBaseline }.compactMap { layout in
      baseline.map { ScaleComparison(layout, baseline: $0, targets: targets) }
    }
  }

  var text: String {
    ([trainings.text] + layouts.map(\.text) + comparisons.map(\.text) + [past?.text].compactMap(\.self))
      .joined(separator: "\n\n")
  }

  var json: JSONValue {
    .object([
      ("trainings", trainings.json), ("layouts", .list(layouts.map(\.json))),
      ("comparisons", .list(comparisons.map(\.json))), ("pastOptimum", past?.json ?? .null),
    ])
  }
}
