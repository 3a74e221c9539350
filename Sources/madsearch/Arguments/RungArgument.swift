import Architecture
import Runs
import Text

/// A rung of the command line: its number from 1, or the name of its protocol.
enum RungArgument {
  /// - Returns: counted from 0.
  /// - Throws: `Failure` with fault `commandLine`.
  static func rung(_ text: String, of run: RunSettings) throws -> Int {
    let names = run.rungNames
    let known = names.enumerated().map { "\($0 + 1) (\($1))" }.joined(separator: ", ")
    if let number = Int(text) {
      guard names.indices.contains(number - 1) else {
        throw Failure(.commandLine, "there is no rung \(number); the rungs of \(run.name) are \(known)")
      }
      return number - 1
    }
    let places = names.indices.filter { names[$0] == text }
    if let place = places.first, places.count == 1 { return place }
    guard places.isEmpty else {
      throw Failure(.commandLine, "several rungs of \(run.name) are called '\(text)': \(known); give the number")
    }
    throw Failure(
      .commandLine,
      "there is no rung '\(text)'" + suggestion(for: text, among: names, otherwise: "the rungs of \(run.name) are"))
  }
}
