import Search

/// How far a run is.
public struct RunProgress: Sendable {
  public struct Rung: Sendable {
    public let name: String
    public let done, failed: Int
    /// What was asked for so far, or at the first rung is to be.
    public let total: Int
    public let measure: QualityMeasure
    /// The best mean score or loss of a candidate that meets the constraints.
    public let best: Double?
    /// Of the candidates measured at the rung.
    public let hypervolume: Double
  }

  public struct WorkerState: Sendable {
    public let name: String
    /// What it evaluates; none if it is idle.
    public let layout: String?
    public let rung: Int
    public let seconds: Double
  }

  public let rungs: [Rung]
  public let workers: [WorkerState]
  /// On the clock, over all sessions.
  public let seconds: Double
  /// An estimate for all that is to come.
  public let secondsLeft: Double

  init(
    _ ledger: Ledger, space: Space, ladder: Ladder, settings: RunSettings,
    activity: [WorkerActivity], clock: Double, pace: Pace, workers count: Int
  ) {
    var rungs: [Rung] = []
    var work = 0.0
    var entrants = Double(max(settings.candidates, ledger.candidates.count))
    for (rung, step) in ladder.rungs.enumerated() {
      let records = ledger.evaluations(rung: rung)
      let final = records.count { $0.status.isFinal }
      let replicates = records.count { $0.replicate > 0 }
      let total = rung == 0 ? Int(entrants) + replicates : records.count
      let expected = max(Double(records.count), entrants + Double(replicates))
      work += max(expected - Double(final), 0) * pace.seconds[rung]
      entrants *= step.promote ?? 0
      let means = ledger.means(rung: rung).filter(\.candidate.isFeasible)
      let points = means.map { settings.scale.point(quality: $0.score, costs: $0.candidate.costs) }
      let measure = settings.measure(rung: rung)
      rungs.append(
        Rung(
          name: step.rung.name, done: final, failed: records.count { $0.status == .failed }, total: total,
          measure: measure, best: means.map(\.score).max().map(measure.value),
          hypervolume: Hypervolume.of(
            Dominance.nonDominated(points).map { points[$0] }, reference: settings.scale.reference(rung: rung))))
    }
    self.rungs = rungs
    seconds = clock
    secondsLeft = work / Double(max(count, 1))
    workers = activity.map { activity in
      let record = activity.evaluation.flatMap { ledger.evaluations[$0] }
      return WorkerState(
        name: activity.worker, layout: record.flatMap { ledger.candidate($0.candidate)?.layout },
        rung: record?.rung ?? 0,
        seconds: activity.seconds)
    }
  }
}
