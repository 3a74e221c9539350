import Architecture
import Configuration
import Foundation
import Text

/// The names that a space file may use besides rules and primitives.
public struct SpaceNames: Sendable {
  public var protocols: [String]
  public var strategies: [String]

  public init(protocols: [String], strategies: [String]) {
    (self.protocols, self.strategies) = (protocols, strategies)
  }

  public static let standard = SpaceNames(
    protocols: ["screen", "graded", "mad", "full"],
    strategies: StrategyKind.allCases.map(\.rawValue))
}

extension SpaceFile {
  /// - Throws: `ConfigurationErrors` with everything that is wrong with the form.
  public init(parsing data: Data, names: SpaceNames = .standard) throws(ConfigurationErrors) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: data)
    } catch {
      throw ConfigurationErrors([error])
    }
    try self.init(value, names: names)
  }

  public init(_ value: JSONValue, names: SpaceNames = .standard) throws(ConfigurationErrors) {
    var reader = SpaceFileReader(names: names)
    let file = reader.space(JSONPlace(value))
    try reader.problems.check()
    guard let file else { throw ConfigurationErrors([.init(path: "$", reason: "it is not a space")]) }
    self = file
  }
}

/// Reads one section of a space file after the other and collects what is wrong.
struct SpaceFileReader {
  static let keys = [
    "$schema", "name", "description", "model", "grammar", "constraints", "objectives", "normalize", "rungs", "search",
    "seed-with", "seed",
  ]

  let names: SpaceNames
  var problems = Problems()

  init(names: SpaceNames) { self.names = names }

  mutating func space(_ place: JSONPlace) -> SpaceFile? {
    guard let object = keyed(place, Self.keys, &problems) else { return nil }
    _ = object["$schema"]?.text(&problems)
    let name = object.required("name", &problems).flatMap { self.name($0) }
    let grammar = object.required("grammar", &problems).flatMap { self.grammar($0) }
    var file = SpaceFile(name: name ?? "", grammar: grammar ?? GrammarFile(start: "", rules: []))
    file.summary = object["description"]?.text(&problems)
    if let place = object["model"] { file.model = model(place) }
    if let place = object["constraints"] { file.constraints = constraints(place) }
    if let place = object["objectives"] { file.objectives = objectives(place) }
    if let place = object["normalize"] { file.normalize = normalize(place) }
    if let place = object["rungs"] { file.rungs = rungs(place) }
    if let place = object["search"] { file.search = search(place) }
    for seed in object["seed-with"]?.list(of: "hybrids or layouts", count: 0...10_000, &problems) ?? [] {
      if let text = seed.text(&problems) { file.seedWith.append(text) }
    }
    if let seed = object["seed"]?.integer(in: 0...Int.max, &problems) { file.seed = UInt64(seed) }
    return file
  }

  /// Names of spaces are names of folders.
  private mutating func name(_ place: JSONPlace) -> String? {
    guard let name = place.text(&problems) else { return nil }
    let isPlain = name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
    }
    guard isPlain, (1...100).contains(name.count), name.first != ".", name.first != "-" else {
      place.expected("a name of letters, digits, '.', '_' and '-' that starts with a letter or digit", &problems)
      return nil
    }
    return name
  }

  private mutating func model(_ place: JSONPlace) -> ModelSettings {
    var model = ModelSettings()
    guard let object = keyed(place, ["dim", "context", "max-length", "vocabulary"], &problems) else { return model }
    if let dim = object["dim"]?.integer(in: 1...16_384, &problems) { model.dim = dim }
    model.context = object["context"]?.integer(in: 1...1_048_576, &problems)
    model.maxLength = object["max-length"]?.integer(in: 1...1_048_576, &problems)
    if let vocabulary = object["vocabulary"]?.integer(in: 1...1_000_000, &problems) { model.vocabulary = vocabulary }
    return model
  }

  private mutating func constraints(_ place: JSONPlace) -> ConstraintsFile {
    var constraints = ConstraintsFile()
    guard let object = keyed(place, ["parameters", "state", "flops", "layers", "share"], &problems) else {
      return constraints
    }
    constraints.parameters = object["parameters"].map { bounds($0, 0...1e15) }
    constraints.flops = object["flops"].map { bounds($0, 0...1e18) }
    constraints.layers = object["layers"].map { bounds($0, 1...1024, isWhole: true) }
    if let place = object["state"] {
      constraints.state = bounds(place, 0...1e15, otherKeys: ["context"])
      if case .object(let members) = place.value, let context = members.first(where: { $0.key == "context" }) {
        let place = JSONPlace(context.value, path: "\(place.path).context")
        constraints.stateContext = place.integer(in: 1...1_048_576, &problems)
      }
    }
    if let place = object["share"], let shares = JSONObject(place, "an object of rules or primitives", &problems) {
      constraints.shares = shares.members.map { .init($0.key, bounds($0.place, 0...1)) }
    }
    return constraints
  }

  private mutating func bounds(
    _ place: JSONPlace, _ range: ClosedRange<Double>, isWhole: Bool = false, otherKeys: [String] = []
  ) -> Bounds {
    guard let object = keyed(place, ["min", "max"] + otherKeys, &problems) else { return Bounds() }
    func value(_ key: String, _ problems: inout Problems) -> Double? {
      guard let place = object[key] else { return nil }
      guard isWhole else { return place.number(in: range, &problems) }
      return place.integer(in: Int(range.lowerBound)...Int(range.upperBound), &problems).map(Double.init)
    }
    let bounds = Bounds(min: value("min", &problems), max: value("max", &problems))
    if object["min"] == nil, object["max"] == nil { problems.add(place.path, "it needs 'min' or 'max'") }
    if let min = bounds.min, let max = bounds.max, min > max {
      problems.add(
        "\(place.path).min", "it must be at most max, \(NumberText.short(max)), found \(NumberText.short(min))")
    }
    return bounds
  }

  private mutating func objectives(_ place: JSONPlace) -> [Objective] {
    var objectives: [Objective] = []
    let words = Objective.allCases.map(\.rawValue)
    for place in place.list(of: "objectives", count: 2...words.count, &problems) ?? [] {
      guard let word = place.word(of: words, &problems),
        let objective = Objective(rawValue: word)
      else { continue }
      if objectives.contains(objective) { problems.add(place.path, "'\(word)' is given twice") }
      if objectives.isEmpty, objective != .quality {
        problems.add(place.path, "the first objective must be quality, found '\(word)'")
      }
      objectives.append(objective)
    }
    return objectives
  }

  private mutating func normalize(_ place: JSONPlace) -> NormalizeSettings {
    var settings = NormalizeSettings()
    guard let object = keyed(place, ["state", "parameters"], &problems) else { return settings }
    settings.state = object["state"]?.integer(in: 1...1_000_000_000, &problems)
    settings.parameters = object["parameters"]?.integer(in: 1...2_000_000_000, &problems)
    return settings
  }

  private mutating func search(_ place: JSONPlace) -> SearchSettings {
    var settings = SearchSettings()
    let keys = ["strategy", "population", "candidates", "hours", "core-hours", "batch", "replicates", "sampling"]
    guard let object = keyed(place, keys, &problems) else { return settings }
    if let word = object["strategy"]?.word(of: names.strategies, &problems) {
      settings.strategy = word
    }
    if let count = object["population"]?.integer(in: 2...100_000, &problems) { settings.population = count }
    if let count = object["candidates"]?.integer(in: 1...10_000_000, &problems) { settings.candidates = count }
    settings.hours = object["hours"]?.number(in: 0.001...1e6, &problems)
    settings.coreHours = object["core-hours"]?.number(in: 0.001...1e9, &problems)
    if let count = object["batch"]?.integer(in: 1...10_000, &problems) { settings.batch = count }
    if let count = object["replicates"]?.integer(in: 1...100, &problems) { settings.replicates = count }
    let words = SearchSettings.Sampling.allCases.map(\.rawValue)
    if let word = object["sampling"]?.word(of: words, &problems) {
      settings.sampling = .init(rawValue: word) ?? .choices
    }
    return settings
  }
}

/// The members of an object with known keys.
package func keyed(_ place: JSONPlace, _ keys: [String], _ problems: inout Problems) -> JSONObject? {
  JSONObject(place, keys: keys, &problems)
}

/// The nearest of some words, for a message, or nothing.
package func nearest(_ word: String, _ words: [String]) -> String { suggestion(for: word, among: words) }
