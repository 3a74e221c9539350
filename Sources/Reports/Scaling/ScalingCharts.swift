import Foundation
import Reporting
import Statistics
import Text

extension LineChart {
  /// The parabolas of an IsoFLOP fit: loss over size, a line and its optimum for each budget.
  package init(_ fit: IsoFLOPFit, size: ModelSize, title: String) {
    self.init(
      title: title, xTitle: size == .parameters ? "parameters N" : "state S (numbers per sequence)", yTitle: "loss",
      isLogarithmic: true,
      series: fit.budgets.map { budget in
        let sizes = budget.runs.map(\.size)
        let optimum = budget.isOptimumInside ? budget.optimum : nil
        return Series(
          "C = \(NumberText.significant(budget.flops, digits: 3))",
          points: budget.runs.map { Place($0.size, $0.loss) },
          line: Self.places(sizes.min() ?? 1, sizes.max() ?? 1) { budget.loss(size: $0) },
          marked: optimum.flatMap { optimum in optimum.loss.map { Place(optimum.size, $0) } })
      }, captions: ["diamonds: the optimum of each budget, where it lies inside its sizes"])
  }

  /// A power law of loss over compute, with what it was fitted to.
  package init(law: PowerLaw, places: [(flops: Double, loss: Double)], targets: [Double], title: String) {
    let compute = places.map(\.flops) + targets
    let (floor, factor) = (
      NumberText.significant(law.floor, digits: 4), NumberText.significant(law.coefficient, digits: 4)
    )
    self.init(
      title: title, xTitle: "training FLOPs C", yTitle: "loss", isLogarithmic: true,
      series: [
        Series(
          "fit", points: places.map { Place($0.flops, $0.loss) },
          line: Self.places(compute.min() ?? 1, compute.max() ?? 1) { law.loss(compute: $0) })
      ],
      captions: ["L(C) = \(floor) + \(factor) / C^\(NumberText.significant(law.exponent, digits: 4))"])
  }

  /// A curve between two places, evenly over their logarithms.
  private static func places(_ least: Double, _ most: Double, _ value: (Double) -> Double?) -> [Place] {
    guard least > 0, most > least else { return [] }
    return (0...60).compactMap { step in
      let x = least * pow(most / least, Double(step) / 60)
      return value(x).map { Place(x, $0) }
    }
  }
}
