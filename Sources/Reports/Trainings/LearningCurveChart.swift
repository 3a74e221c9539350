import LanguageModeling
import MADTasks
import Reporting

extension LineChart {
  /// Losses over the tokens of a training on text.
  package init(_ result: PerplexityResult) {
    let step = result.plan.stepTokens
    func places(_ value: (PerplexityResult.Point) -> Double) -> [Place] {
      result.curve.map { Place(Double($0.step * step), value($0)) }
    }
    let (training, heldOut) = (places(\.loss), places(\.heldOut))
    self.init(
      title: "Losses of \(result.layout)", xTitle: "tokens", yTitle: "loss in nats per byte", isLogarithmic: false,
      series: [
        Series("training", points: training, line: training), Series("held-out", points: heldOut, line: heldOut),
      ], captions: ["width \(result.plan.dim), \(result.corpus), seed \(result.plan.seed)"])
  }

  /// Test accuracy over the steps of trainings on tasks, a line each.
  package init(_ results: [TrialResult], layout: String) {
    self.init(
      title: "Learning curves of \(layout)", xTitle: "step", yTitle: "test accuracy", isLogarithmic: false,
      series: results.map { result in
        let places = result.curve.map { Place(Double($0.step), $0.accuracy) }
        return Series(
          "\(result.plan.setting), rate \(result.plan.learningRate), seed \(result.plan.seed)", points: places,
          line: places)
      })
  }
}
