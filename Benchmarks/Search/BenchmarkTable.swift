import Configuration
import Foundation
import Search
import Text

/// A table to measure strategies on, in either form.
public enum BenchmarkTable: Sendable {
  /// Stacks of symbols, as NAS-Bench-Macro has them.
  case stacks(TableDomain)
  /// Layouts of a space.
  case layouts(SpaceTableDomain)

  /// The form is known by its keys.
  /// - Throws: `ConfigurationErrors` or `ConfigurationError` with the JSON path of what is wrong.
  public init(parsing data: Data) throws {
    let value = try JSONValue(parsing: data)
    if case .object(let members) = value, members.contains(where: { ["space", "layouts"].contains($0.key) }) {
      self = .layouts(try SpaceTableDomain(value))
    } else {
      self = .stacks(try TableDomain(value))
    }
  }
}
