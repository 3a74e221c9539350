import Statistics

/// The expected hypervolume gain of a candidate whose costs are exact and whose loss is normally distributed.
///
/// In closed form (Emmerich, Deutz and Klinkenberg 2011, for one uncertain objective): between two losses of the front,
/// the volume that a candidate of loss below `t` adds per unit of loss is U(t), the part of the costs' space that it
/// covers and members with a loss up to `t` do not, so
///
///     E = ∫ U(t) P(loss ≤ t) dt        up to the reference
struct ExpectedGain {
  private let reference: Objectives
  /// By loss.
  private var members: [(loss: Double, costs: Objectives)] = []

  init(front: [Objectives], reference: Objectives) {
    self.reference = reference
    for point in front { add(loss: point[0], costs: Array(point.dropFirst())) }
  }

  mutating func add(loss: Double, costs: Objectives) {
    guard loss < reference[0] else { return }
    members.insert((loss, costs), at: members.firstIndex { $0.loss > loss } ?? members.count)
  }

  func of(mean: Double, deviation: Double, costs: Objectives) -> Double {
    let limits = Array(reference.dropFirst())
    guard zip(costs, limits).allSatisfy({ $0 < $1 }) else { return 0 }
    var gain = 0.0
    var low = -Double.infinity
    var below: [Objectives] = []
    for place in 0...members.count {
      let high = place < members.count ? members[place].loss : reference[0]
      if high > low {
        let open = uncovered(costs, below, limits)
        if open <= 0 { break }
        gain += open * (area(high, mean, deviation) - area(low, mean, deviation))
        low = high
      }
      if place < members.count { below.append(members[place].costs) }
    }
    return gain
  }

  private func uncovered(_ costs: Objectives, _ others: [Objectives], _ limits: Objectives) -> Double {
    guard costs.count > 1 else {
      guard let own = costs.first else { return others.isEmpty ? 1 : 0 }
      return max(others.reduce(limits[0]) { min($0, $1[0]) } - own, 0)
    }
    return Hypervolume.gain(costs, over: others, reference: limits)
  }

  /// ∫ P(loss ≤ t) dt up to `t`.
  private func area(_ t: Double, _ mean: Double, _ deviation: Double) -> Double {
    if t == -.infinity { return 0 }
    guard deviation > 0 else { return max(t - mean, 0) }
    let z = (t - mean) / deviation
    return deviation * (z * Normal.cumulative(z) + Normal.density(z))
  }
}
