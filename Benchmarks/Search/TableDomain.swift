import Configuration
import Engine
import Foundation
import Search
import Text

/// Stacks of a fixed number of symbols that were all measured beforehand: a table of a benchmark.
///
/// The file is an object with a stack's symbols as each key, one character a symbol, and objects as values with
/// `test_acc` (the accuracies of some trainings, in per cent) and `flops`; other keys are left alone.
public struct TableDomain: TabulatedDomain {
  public struct Row: Sendable {
    /// In per cent.
    public let accuracies: [Double]
    public let flops: Double
    /// Over the trainings.
    public var accuracy: Double { accuracies.reduce(0, +) / Double(accuracies.count) }
  }

  /// The symbols of each depth.
  public let alphabets: [[Character]]
  public let rows: [String: Row]
  /// In order, so that draws do not depend on how a dictionary hashes.
  private let stacks: [String]

  /// - Throws: `ConfigurationErrors` or `ConfigurationError` with the JSON path of what is wrong.
  public init(parsing data: Data) throws { try self.init(JSONValue(parsing: data)) }

  /// - Throws: `ConfigurationErrors`.
  init(_ value: JSONValue) throws(ConfigurationErrors) {
    var problems = Problems()
    var rows: [String: Row] = [:]
    guard let object = JSONObject(JSONPlace(value), "an object with a stack as each key", &problems) else {
      throw ConfigurationErrors(problems.errors)
    }
    for (stack, place) in object.members {
      if stack.count != object.members[0].key.count || stack.isEmpty {
        problems.add(
          place.path, "all stacks must have as many symbols as the first, '\(object.members[0].key)', found '\(stack)'")
      }
      if let row = Self.row(place, &problems) { rows[stack] = row }
    }
    if object.members.count < 2 { problems.add("$", "at least 2 stacks are expected, found \(object.members.count)") }
    try problems.check()
    self.init(rows: rows)
  }

  init(rows: [String: Row]) {
    self.rows = rows
    stacks = rows.keys.sorted()
    let symbols = stacks.map { Array($0) }
    alphabets = (symbols.first ?? []).indices.map { depth in Set(symbols.map { $0[depth] }).sorted() }
  }

  private static func row(_ place: JSONPlace, _ problems: inout Problems) -> Row? {
    guard let object = JSONObject(place, "an object", &problems),
      let flops = object.required("flops", &problems)?.number(in: 0...1e30, &problems),
      let list = object.required("test_acc", &problems)?.list(of: "accuracies", count: 1...1000, &problems)
    else { return nil }
    let accuracies = list.compactMap { $0.number(in: 0...100, &problems) }
    return accuracies.count == list.count ? Row(accuracies: accuracies, flops: flops) : nil
  }

  // MARK: SearchDomain

  public func sample(using random: inout RandomStream) -> String? { stacks[random.integer(below: stacks.count)] }

  public func identity(of candidate: String) -> String { candidate }

  public func costs(of candidate: String) -> Objectives { [rows[candidate]?.flops ?? .infinity] }

  public func symbols(of candidate: String) -> [String] { candidate.map(String.init) }

  /// Some different depths get other symbols.
  public func child(of candidate: String, edits: Int, using random: inout RandomStream) -> String? {
    var symbols = Array(candidate)
    var open = alphabets.indices.filter { alphabets[$0].count > 1 }
    for _ in 0..<edits where !open.isEmpty {
      let depth = open.remove(at: random.integer(below: open.count))
      let others = alphabets[depth].filter { $0 != symbols[depth] }
      symbols[depth] = others[random.integer(below: others.count)]
    }
    return known(symbols)
  }

  /// Each depth is taken from either parent, evenly.
  public func crossover(_ first: String, _ second: String, using random: inout RandomStream) -> String? {
    known(zip(first, second).map { random.integer(below: 2) == 0 ? $0 : $1 })
  }

  // MARK: TabulatedDomain

  public func losses(of candidate: String) -> [Double] { rows[candidate]?.accuracies.map { -$0 } ?? [] }

  public var points: [Objectives] { stacks.compactMap { truth(of: $0) } }

  private func known(_ symbols: [Character]) -> String? {
    let stack = String(symbols)
    return rows[stack] == nil ? nil : stack
  }
}
