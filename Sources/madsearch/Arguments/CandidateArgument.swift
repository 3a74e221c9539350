import ArgumentParser
import Layouts
import Runs

/// A candidate of a run on the command line: its number, the name of the known hybrid that it is, or its layout.
enum CandidateArgument {
  static let help = ArgumentHelp(
    "The candidate: its number, the name of the known hybrid that it is, or its layout in quotes.",
    valueName: "candidate")

  /// - Parameter words: the arguments that were given where one candidate is expected.
  /// - Throws: `Failure` with fault `commandLine`, or as `LayoutArgument`.
  static func candidate(_ words: [String], of run: String, among candidates: [CandidateRecord]) throws
    -> CandidateRecord
  {
    let lookup = CandidateLookup(candidates)
    guard let numbers = lookup.numbers else { throw Failure(.commandLine, "\(run) has no candidates yet") }
    if words.count == 1, let number = Int64(words[0]) {
      guard let candidate = lookup.candidate(number: number) else {
        throw Failure(
          .commandLine,
          "\(run) has no candidate \(number); its candidates are \(numbers.lowerBound) to \(numbers.upperBound)")
      }
      return candidate
    }
    if words.count == 1, let candidate = lookup.candidate(hybrid: words[0]) { return candidate }
    let layout = try LayoutArgument(words).layout
    if let candidate = lookup.candidate(layout) { return candidate }
    let nearest = lookup.nearest(to: layout, count: 3).map { "\n  \($0.id): \($0.layout)" }
    throw Failure(
      .commandLine, "\(run) has no candidate '\(layout.canonical)'; nearest are" + nearest.joined())
  }
}
