/// The built-in protocols.
extension ScoringProtocol {
  public static let builtIn = [screen, mad, full]

  /// The cheap filter of a search; `docs/screen.md` says how it was chosen.
  public static let screen = ScoringProtocol(
    name: "screen", summary: "all six tasks in about a core-minute: the filter of a search", dim: 64, batch: 32,
    steps: 400, learningRates: [2e-3], weightDecays: [0.1], minimumRate: 1e-5, warmUp: 0.1, clipNorm: 1, replicates: 1,
    evaluations: 8, evaluationExamples: 320, testExamples: 640, stopping: Stopping(solved: 0.999), measure: .curve,
    settings: [
      Entry("in-context-recall(length=64)"),
      Entry("fuzzy-in-context-recall(length=64)"),
      Entry("noisy-in-context-recall(length=64)"),
      Entry("selective-copying(length=64, copies=8)"),
      Entry("compression"),
      Entry("memorization(vocabulary=1024)"),
    ])

  /// The everyday one: a baseline and a hard setting of each task.
  public static let mad = ScoringProtocol(
    name: "mad", summary: "a baseline and a hard setting of each task", dim: 64, batch: 32, steps: 1600,
    learningRates: [1e-3, 3e-3], weightDecays: [0.1], minimumRate: 1e-6, warmUp: 0.05, clipNorm: 1, replicates: 1,
    evaluations: 16, evaluationExamples: 320, testExamples: 1280, stopping: Stopping(solved: 0.999), measure: .final,
    settings: [
      Entry("in-context-recall(length=64)"), Entry("in-context-recall(vocabulary=32)"),
      Entry("fuzzy-in-context-recall(length=64)"), Entry("fuzzy-in-context-recall"),
      Entry("noisy-in-context-recall(length=64)"), Entry("noisy-in-context-recall(noise=0.6)"),
      Entry("selective-copying(length=64, copies=8)"), Entry("selective-copying(length=128)"),
      Entry("compression"), Entry("compression(length=64)"),
      Entry("memorization(vocabulary=1024)"), Entry("memorization(vocabulary=4096)"),
    ])

  /// MAD's own: every setting of every task, 396 trainings.
  public static let full = ScoringProtocol(
    name: "full", summary: "MAD's own: 66 settings, each swept over three learning rates and two weight decays",
    dim: 128, batch: 128, steps: 0, learningRates: [1e-4, 5e-4, 1e-3], weightDecays: [0, 0.1], minimumRate: 1e-6,
    warmUp: 0, clipNorm: nil, replicates: 1, evaluations: 20, evaluationExamples: 1280, testExamples: 1280,
    stopping: Stopping(solved: 0.999), measure: .final,
    settings: MADTasks.all.flatMap { task in
      [Entry(task.name, epochs: 200)]
        + FullProtocolSettings.variations.filter { $0.task == task.name }.flatMap { row in
          row.values.map { Entry("\(row.task)(\(row.variable)=\($0))", epochs: 200) }
        }
    })
}
