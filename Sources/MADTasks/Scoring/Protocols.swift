/// The built-in protocols.
extension ScoringProtocol {
  public static let builtIn = [screen, graded, mad, full]

  /// The cheap filter of a search; `docs/protocols.md` says how it was chosen.
  public static let screen = short(
    "screen", "all six tasks in a third of a core-minute: the filter of a search", steps: 400, evaluations: 8,
    evaluationExamples: 120, testExamples: 640,
    settings: [
      Entry("in-context-recall(length=32)", steps: 850),
      Entry("fuzzy-in-context-recall(vocabulary=9, length=32, key_length=2, value_length=2)", steps: 550),
      Entry("noisy-in-context-recall(vocabulary=24, length=32, noise_tokens=8)", steps: 950),
      Entry("selective-copying(length=32, copies=6)"),
      Entry("compression(length=16)", steps: 350),
      Entry("memorization(vocabulary=1024)", steps: 200),
    ])

  /// Settings that were chosen for telling losses on text; `docs/protocols.md` says how, and what they are worth.
  public static let graded = short(
    "graded", "one setting of each task, at which sound layouts still differ", steps: 900, evaluations: 9,
    evaluationExamples: 200, testExamples: 1280,
    settings: [
      Entry("in-context-recall(length=64)"),
      Entry("fuzzy-in-context-recall(vocabulary=9, length=32, key_length=2, value_length=2)", steps: 1400),
      Entry("noisy-in-context-recall(vocabulary=24, length=32, noise_tokens=8)"),
      Entry("selective-copying(vocabulary=64, length=64, copies=8)"),
      Entry("compression(length=32)", steps: 1200),
      Entry("memorization(vocabulary=8192)", steps: 300),
    ])

  /// The everyday one: an easier and a harder setting of each task.
  public static let mad = short(
    "mad", "an easier and a harder setting of each task", steps: 1600, evaluations: 16, evaluationExamples: 200,
    testExamples: 1280,
    settings: [
      Entry("in-context-recall(length=64)"), Entry("in-context-recall(vocabulary=32, length=64)", steps: 2400),
      Entry("fuzzy-in-context-recall(vocabulary=12, length=48, key_length=2, value_length=2)", steps: 2400),
      Entry("fuzzy-in-context-recall(length=64, key_length=2, value_length=2)", steps: 2400),
      Entry("noisy-in-context-recall(length=64)"), Entry("noisy-in-context-recall(length=64, noise=0.5)"),
      Entry("selective-copying(length=64, copies=8)", steps: 1200),
      Entry("selective-copying(length=96)", steps: 1200),
      Entry("compression"), Entry("compression(vocabulary=32)"),
      Entry("memorization(vocabulary=1024)", steps: 400), Entry("memorization(vocabulary=4096)", steps: 800),
    ])

  /// MAD's own: every setting of every task, 396 trainings.
  public static let full = ScoringProtocol(
    name: "full", summary: "MAD's own: 66 settings, each swept over three learning rates and two weight decays",
    dim: 128, batch: 128, steps: 0, learningRates: [1e-4, 5e-4, 1e-3], weightDecays: [0, 0.1], minimumRate: 1e-6,
    warmUp: 0, clipNorm: nil, embeddingDeviation: 0.02, replicates: 1, evaluations: 20, evaluationExamples: 1280,
    testExamples: 1280, stopping: Stopping(solved: 0.999), measure: .final,
    settings: MADTasks.all.flatMap { task in
      [Entry(task.name, epochs: 200)]
        + FullProtocolSettings.variations.filter { $0.task == task.name }.flatMap { row in
          row.values.map { Entry("\(row.task)(\(row.variable)=\($0))", epochs: 200) }
        }
    })

  /// What the protocols for ordinary machines have in common: narrow models, one training of each setting, a rate that
  /// stays up, and no decay.
  private static func short(
    _ name: String, _ summary: String, steps: Int, evaluations: Int, evaluationExamples: Int, testExamples: Int,
    settings: [Entry]
  ) -> ScoringProtocol {
    ScoringProtocol(
      name: name, summary: summary, dim: 64, batch: 16, steps: steps, learningRates: [3e-3], weightDecays: [0],
      minimumRate: 1e-3, warmUp: 0.05, clipNorm: 1, embeddingDeviation: 0.5, replicates: 1, evaluations: evaluations,
      evaluationExamples: evaluationExamples, testExamples: testExamples, stopping: Stopping(solved: 0.999),
      measure: .final, settings: settings)
  }
}
