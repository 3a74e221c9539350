import Architecture
import Configuration
import Text

/// The table of the command line, a file of comma-separated values.
enum CSVArgument {
  /// Reads a file and what `body` takes from it.
  /// - Parameter body: returns nil only if it notes problems.
  /// - Throws: `Failure` with fault `input` and a line for each of the first problems.
  static func read<Value>(_ path: String, _ body: (CSVFile, inout Problems) -> Value?) throws -> Value {
    let text = try TextFile.read(path, limit: 1 << 24)
    do {
      var problems = Problems()
      let value = body(try CSVFile(parsing: text), &problems)
      try problems.check()
      guard let value else { throw Failure(.input, "\(path): nothing can be read from it") }
      return value
    } catch let error as ConfigurationErrors {
      let (shown, more) = (error.errors.prefix(5), error.errors.count - 5)
      let lines = shown.map { "\(path), \($0)" } + (more > 0 ? ["and \(more) more"] : [])
      throw Failure(.input, lines.joined(separator: "\n"))
    }
  }

  /// What to say of the name of a column that is not there.
  static func suggest(_ name: String, _ known: [String]) -> String {
    suggestion(for: name, among: known, otherwise: "the columns are")
  }
}
