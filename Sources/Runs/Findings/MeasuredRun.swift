import Search

/// The sound evaluations of one run, by what they measured.
struct MeasuredRun {
  typealias Predictor = CorrelationSource.Predictor
  typealias Target = CorrelationSource.Target

  private let store: RunStore
  private let rungs: [any RungKind]
  private let evaluations: [Int64: [EvaluationRecord]]

  /// - Throws: `RunError`.
  init(_ store: RunStore) throws {
    (self.store, rungs) = (store, try store.settings().rungs)
    evaluations = Dictionary(grouping: try store.evaluations(), by: \.candidate)
  }

  var predictors: [Predictor] { rungs.compactMap(Self.predictor) }
  var targets: [Target] { rungs.flatMap(Self.targets) }

  private static func predictor(_ rung: any RungKind) -> Predictor? {
    rung.measure == .score ? Predictor(rung: StoredRung(rung)) : nil
  }

  private static func targets(_ rung: any RungKind) -> [Target] {
    rung.losses.indices.map { Target(rung: StoredRung(rung), index: $0) }
  }

  /// Adds what was measured of a candidate. A rung at which it diverged once counts for nothing.
  /// - Throws: `RunError`.
  func add(_ candidate: Int64, to entry: inout CorrelationSource.Entry) throws {
    let records = evaluations[candidate] ?? []
    let diverged = Set(records.filter { $0.status == .diverged }.map(\.rung))
    for record in records where record.status == .done && !diverged.contains(record.rung) {
      guard let score = record.score, score.isFinite, rungs.indices.contains(record.rung) else { continue }
      let rung = rungs[record.rung]
      if let predictor = Self.predictor(rung) {
        entry.scores[predictor, default: []].append(score)
        entry.parts[predictor, default: []].append(record.scores)
        entry.seconds[predictor, default: []].append(record.seconds)
      }
      for (target, reading) in zip(Self.targets(rung), try readings(record, score, of: rung)) {
        if let loss = reading.loss { entry.losses[target, default: []].append(loss) }
        if let early = reading.early { entry.early[target, default: []].append(early) }
      }
    }
  }

  private func readings<Kind: RungKind>(
    _ record: EvaluationRecord, _ score: Double, of rung: Kind
  ) throws -> [LossReading] {
    try rung.readings(quality: score) { try store.outcome(of: record.id, at: Kind.self) }
  }
}
