import Foundation
import Search

/// What a run may spend: hours on the clock and core-hours of trainings, over all sessions.
struct Budget {
  let hours, coreHours: Double?
  let workers: Int

  /// Core-seconds that are left; infinite without limits.
  func coreSecondsLeft(clock: Double, trained: Double) -> Double {
    min(
      hours.map { ($0 * 3600 - clock) * Double(workers) } ?? .infinity,
      coreHours.map { $0 * 3600 - trained } ?? .infinity)
  }

  var isLimited: Bool { hours != nil || coreHours != nil }
}

/// How long evaluations take, measured where there are results, in proportion to the FLOPs elsewhere.
struct Pace {
  /// Mean core-seconds of an evaluation, by rung.
  let seconds: [Double]

  /// - Parameter flops: of an evaluation of a middling layout, by rung.
  init(_ ledger: Ledger, flops: [Double]) {
    let means = flops.indices.map { rung -> Double? in
      let done = ledger.evaluations(rung: rung).filter { $0.status == .done && $0.seconds > 0 }
      return done.isEmpty ? nil : done.reduce(0) { $0 + $1.seconds } / Double(done.count)
    }
    let known = flops.indices.compactMap { rung in means[rung].map { $0 / max(flops[rung], 1) } }
    let perFLOP = known.isEmpty ? 2e-11 : known.reduce(0, +) / Double(known.count)
    seconds = flops.indices.map { means[$0] ?? perFLOP * flops[$0] }
  }
}
