import Text

/// Things of which a cheap score and a dear target were measured: what a `CorrelationReport` is made from.
public struct CorrelationStudy: Sendable {
  /// One thing, e.g. a layout.
  public struct Thing: Sendable {
    /// What errors call it.
    public let name: String
    /// The class to look within; nil for none.
    public let classification: String?
    /// Replicates, at least one of each; their means count.
    public let scores, targets: [Double]
    /// The parts of the score, which is their mean, by name; means over replicates.
    public let parts: [String: Double]
    /// What is known without measuring, by name.
    public let covariates: [String: Double]

    public init(
      name: String, classification: String? = nil, scores: [Double], targets: [Double], parts: [String: Double] = [:],
      covariates: [String: Double] = [:]
    ) {
      (self.name, self.classification, self.scores, self.targets) = (name, classification, scores, targets)
      (self.parts, self.covariates) = (parts, covariates)
    }
  }

  /// A value of each thing, under a name.
  public struct Variable: Sendable {
    public let name: String
    public let values: [Double]

    public init(_ name: String, _ values: [Double]) { (self.name, self.values) = (name, values) }
  }

  public let things: [Thing]
  /// What is to be judged, and what it should tell: means over replicates.
  public let score, target: Variable
  /// Whether the better things are those with the lower target, as of losses. More score and more of a part is better
  /// in any case.
  public let lowerIsBetter: Bool
  public let parts, covariates: [Variable]

  /// - Parameters:
  ///   - score: its name; `target` alike.
  ///   - parts: names, in the order in which they are reported; every thing has to have all of them. `covariates` alike.
  /// - Throws: `CorrelationStudyError` if a thing lacks a value or has one that is not finite.
  public init(
    score: String, target: String, lowerIsBetter: Bool, parts: [String] = [], covariates: [String] = [],
    things: [Thing]
  ) throws(CorrelationStudyError) {
    (self.things, self.lowerIsBetter) = (things, lowerIsBetter)
    self.score = try Self.variable(score, things) { Self.mean($0.scores) }
    self.target = try Self.variable(target, things) { Self.mean($0.targets) }
    self.parts = try Self.variables(parts, things, \.parts)
    self.covariates = try Self.variables(covariates, things, \.covariates)
  }

  /// The plain mean of the parts, or of those but one.
  public func meanOfParts(without left: Int? = nil) -> Variable {
    let kept = parts.indices.filter { $0 != left }.map { parts[$0].values }
    let name = left.map { "mean of parts without \(parts[$0].name)" } ?? "mean of parts"
    return Variable(name, things.indices.map { thing in Self.mean(kept.map { $0[thing] }) ?? .nan })
  }

  /// The mean of the parts, each divided by its standard deviation over the things, so that all count alike however far
  /// they spread. Parts that do not vary are left out.
  /// - Returns: nil unless two parts vary.
  public var partsOfEqualSpread: Variable? {
    let scaled = parts.compactMap { part -> [Double]? in
      guard let deviation = MeanEstimate(part.values)?.standardDeviation, deviation > 0 else { return nil }
      return part.values.map { $0 / deviation }
    }
    guard scaled.count > 1 else { return nil }
    return Variable(
      "parts of equal spread", things.indices.map { thing in Self.mean(scaled.map { $0[thing] }) ?? .nan })
  }

  private static func variables(
    _ names: [String], _ things: [Thing], _ values: KeyPath<Thing, [String: Double]>
  ) throws(CorrelationStudyError) -> [Variable] {
    var found: [Variable] = []
    for name in names { found.append(try variable(name, things) { $0[keyPath: values][name] }) }
    return found
  }

  private static func variable(
    _ name: String, _ things: [Thing], _ value: (Thing) -> Double?
  ) throws(CorrelationStudyError) -> Variable {
    var values: [Double] = []
    for thing in things {
      guard let value = value(thing) else { throw .missing(name, thing: thing.name) }
      guard value.isFinite else { throw .notFinite(name, thing: thing.name, value) }
      values.append(value)
    }
    return Variable(name, values)
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// Why things cannot be studied.
public enum CorrelationStudyError: ReportedError, Equatable {
  case missing(String, thing: String)
  case notFinite(String, thing: String, Double)

  public var fault: Fault { .input }

  public var description: String {
    switch self {
    case .missing(let name, let thing): "\(thing) has no \(name)"
    case .notFinite(let name, let thing, let value): "\(name) of \(thing) must be finite, found \(value)"
    }
  }
}
