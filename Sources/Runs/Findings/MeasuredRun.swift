import LanguageModeling
import MADTasks
import Search

/// The sound evaluations of one run, by what they measured.
struct MeasuredRun {
  typealias Predictor = CorrelationSource.Predictor
  typealias Target = CorrelationSource.Target

  private let store: RunStore
  /// By rung; nil for those on text.
  private let predictorOfRung: [Predictor?]
  private let targetsOfRung: [[Target]]
  private let evaluations: [Int64: [EvaluationRecord]]

  var predictors: [Predictor] { predictorOfRung.compactMap(\.self) }
  var targets: [Target] { targetsOfRung.flatMap(\.self) }

  /// - Throws: `RunError`, `ConfigurationErrors`.
  init(_ store: RunStore) throws {
    let settings = try store.settings()
    let rungs = try Space(parsing: .init(settings.space.utf8)).file.rungs
    var (protocols, texts) = (settings.protocols[...], settings.texts[...])
    var (predictors, targets): ([Predictor?], [[Target]]) = ([], [])
    for rung in rungs {
      if case .mad(_, let dim) = rung.kind {
        predictors.append(protocols.popFirst().map { Predictor(definition: $0, dim: dim == $0.dim ? nil : dim) })
        targets.append([])
      } else if let text = texts.popFirst() {
        predictors.append(nil)
        targets.append(
          Self.kinds(rung.kind).map {
            Target(kind: $0, rung: rung.kind, fingerprint: text.fingerprint, plan: text.plan)
          })
      }
    }
    (self.store, predictorOfRung, targetsOfRung) = (store, predictors, targets)
    evaluations = Dictionary(grouping: try store.evaluations(), by: \.candidate)
  }

  private static func kinds(_ rung: Rung.Kind) -> [Target.Kind] {
    switch rung {
    case .mad: []
    case .perplexity(let rung): if case .tokens = rung.amount { [.tokens] } else { [.flops] }
    case .isoflop: [.optimal, .extrapolated]
    }
  }

  /// Adds what was measured of a candidate. A rung at which it diverged once counts for nothing.
  /// - Throws: `RunError`.
  func add(_ candidate: Int64, to entry: inout CorrelationSource.Entry) throws {
    let records = evaluations[candidate] ?? []
    let diverged = Set(records.filter { $0.status == .diverged }.map(\.rung))
    for record in records where record.status == .done && !diverged.contains(record.rung) {
      guard let score = record.score, score.isFinite, predictorOfRung.indices.contains(record.rung) else { continue }
      if let predictor = predictorOfRung[record.rung] {
        entry.scores[predictor, default: []].append(score)
        entry.parts[predictor, default: []].append(record.scores)
        entry.seconds[predictor, default: []].append(record.seconds)
      } else {
        try addLosses(record, score, to: &entry)
      }
    }
  }

  private func addLosses(_ record: EvaluationRecord, _ score: Double, to entry: inout CorrelationSource.Entry) throws {
    for target in targetsOfRung[record.rung] {
      switch (target.kind, target.rung) {
      case (.extrapolated, .isoflop(let rung)):
        let scaled = ScaledLoss(try store.losses(of: record.id), budgets: rung.budgets, target: rung.target)
        if let loss = scaled?.extrapolated { entry.losses[target, default: []].append(loss) }
      case (.optimal, _): entry.losses[target, default: []].append(-score)
      default:
        entry.losses[target, default: []].append(-score)
        if let first = try store.losses(of: record.id).first?.curve.first {
          entry.early[target, default: []].append(first.heldOut)
        }
      }
    }
  }
}
