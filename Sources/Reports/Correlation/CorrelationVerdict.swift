import Statistics

/// Whether the score tells more than what is known without measuring.
struct CorrelationVerdict {
  let text: String

  /// - Returns: nil without covariates.
  init?(_ report: CorrelationReport) {
    let comparisons = report.comparisons.filter { $0.kind == .kendall }
    let score = report.study.score.name
    guard !report.study.covariates.isEmpty else { return nil }
    guard !comparisons.isEmpty, comparisons.allSatisfy({ $0.interval != nil }) else {
      text = "whether \(score) beats the covariates cannot be told without intervals"
      return
    }
    let left = comparisons.filter { !$0.isBeaten }.map(\.covariate)
    text =
      left.isEmpty
      ? "\(score) beats every covariate (Kendall, 95 %)"
      : "\(score) does not beat: \(left.joined(separator: ", ")) (Kendall, 95 %)"
  }
}
