import Reporting
import Statistics
import Text

/// What a reader of a `CorrelationReport` has to know before believing it.
struct CorrelationNotes {
  private let report: CorrelationReport
  private var study: CorrelationStudy { report.study }

  init(_ report: CorrelationReport) { self.report = report }

  var all: [String] { sample + direction + ranges + noise + parts }

  private var sample: [String] {
    var notes: [String] = []
    let count = study.things.count
    if count < 20 {
      notes.append("\(count) things are few: intervals are rough, and coefficients of some of them more so")
    }
    for variable in [study.score, study.target] {
      let tied = count - Set(variable.values).count
      if tied > 0 { notes.append("\(tied) of the \(count) values of \(variable.name) repeat another") }
    }
    if report.scoreRows.contains(where: { $0.count < 5 }) {
      notes.append("no intervals below five things: two or three are in order by chance")
    }
    if report.rows.contains(where: { $0.coefficient == nil }) {
      notes.append("a coefficient is missing where a side does not vary or too few things are left")
    }
    return notes
  }

  private var direction: [String] {
    guard let interval = report.scoreRows.first(where: { $0.subset == "all" && $0.kind == .kendall })?.interval,
      study.lowerIsBetter ? interval.low > 0 : interval.high < 0
    else { return [] }
    return ["\(study.score.name) rises as \(study.target.name) gets worse: it is compared by magnitude all the same"]
  }

  private var ranges: [String] {
    let shares = report.ranges.map { range in
      "the \(range.subset) has \(NumberText.fixed(100 * range.share, decimals: 0)) %"
    }
    guard !shares.isEmpty else { return [] }
    return [
      "of the standard deviation of \(study.target.name), \(shares.joined(separator: ", ")): in a smaller range any "
        + "correlation is weaker"
    ]
  }

  private var noise: [String] {
    guard let attenuation = report.attenuation else { return [] }
    var notes: [String] = []
    for side in [attenuation.score, attenuation.target] where !side.hasReplicates {
      notes.append("\(side.name) has no replicates: the correction takes it to be without noise")
    }
    if attenuation.rows.contains(where: { $0.coefficient?.magnitude == 1 }) {
      notes.append("a corrected coefficient was cut to 1: the replicates make more noise than the correlation allows")
    }
    return notes
  }

  private var parts: [String] {
    guard !report.partEffects.isEmpty else { return [] }
    var notes: [String] = []
    let constant = study.parts.filter { part in !part.values.contains { $0 != part.values[0] } }.map(\.name)
    if !constant.isEmpty {
      notes.append(
        "\(constant.joined(separator: ", ")): the same for all things, so it tells nothing, whatever its weight")
    }
    let useless = report.partEffects.filter { $0.kind == .kendall && $0.verdict == .better }.map(\.part)
    if !useless.isEmpty {
      notes.append(
        "the mean of the parts is better without: \(useless.joined(separator: ", ")) (each alone, Kendall, 95 %)")
    }
    let mean = study.meanOfParts().values
    let size = study.score.values.reduce(0) { max($0, $1.magnitude) }
    // Tables round.
    if zip(study.score.values, mean).contains(where: { ($0 - $1).magnitude > 1e-3 * size }) {
      notes.append("\(study.score.name) is not the mean of the parts, with which they are compared")
    }
    if study.things.count < PartWeights.leastThings {
      notes.append("weights of the parts are not fitted below \(PartWeights.leastThings) things")
    } else if report.reweighting?.weights.isWithoutDirection ?? false {
      notes.append(
        "the parts do not tell \(study.target.name) in the direction of a good score: the weights stay equal")
    }
    return notes
  }
}
