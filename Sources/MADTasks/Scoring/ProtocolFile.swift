import Configuration
import Foundation

extension ScoringProtocol {
  /// A protocol from JSON text.
  /// - Throws: `ConfigurationError` with the JSON path.
  public init(parsing text: String) throws {
    self = try ConfigurationFile.decode(Self.self, from: Data(text.utf8))
    try validate()
  }

  /// The JSON text that `init(parsing:)` reads.
  public func json() throws -> Data { try ConfigurationFile.encode(self) }

  /// - Throws: `ConfigurationError` for the first value out of range.
  public func validate() throws {
    func require<Value: Comparable>(_ key: String, _ value: Value, _ range: ClosedRange<Value>) throws {
      guard range.contains(value) else {
        throw ConfigurationError(
          path: "$.\(key)", reason: "it must be from \(range.lowerBound) to \(range.upperBound), found \(value)")
      }
    }
    func requireRates(_ key: String, _ rates: [Double]) throws {
      guard !rates.isEmpty else { throw ConfigurationError(path: "$.\(key)", reason: "at least one is needed") }
      for (index, rate) in rates.enumerated() { try require("\(key)[\(index)]", rate, 0...10) }
    }
    try require("dim", dim, 1...16_384)
    try require("batch", batch, 1...65_536)
    try require("replicates", replicates, 1...100)
    try require("evaluations", evaluations, 1...10_000)
    try require("evaluation-examples", evaluationExamples, 1...1_000_000)
    try require("test-examples", testExamples, 1...1_000_000)
    try require("minimum-rate", minimumRate, 0...10)
    try require("warm-up", warmUp, 0...1)
    try require("embedding-deviation", embeddingDeviation, 0...100)
    try requireRates("learning-rates", learningRates)
    try requireRates("weight-decays", weightDecays)
    if let clipNorm { try require("clip-norm", clipNorm, 1e-9...1e9) }
    try require("stopping.solved", stopping.solved, 0...2)
    try require("stopping.hopeless-after", stopping.hopelessAfter, 0...1)
    try require("stopping.hopeless-below", stopping.hopelessBelow, 0...1)
    guard !settings.isEmpty else { throw ConfigurationError(path: "$.settings", reason: "at least one is needed") }
    for (index, entry) in settings.enumerated() {
      let key = "settings[\(index)]"
      do {
        _ = try MADTasks.setting(entry.setting)
      } catch let error as TaskError {
        throw ConfigurationError(path: "$.\(key).setting", reason: error.description)
      }
      if entry.epochs == nil {
        try require(entry.steps == nil ? "steps" : "\(key).steps", entry.steps ?? steps, 1...10_000_000)
      }
      if let epochs = entry.epochs { try require("\(key).epochs", epochs, 1...100_000) }
      if let rates = entry.learningRates { try requireRates("\(key).learning-rates", rates) }
      for (stage, value) in (entry.curriculum ?? []).enumerated() {
        try require("\(key).curriculum[\(stage)].until", value.until, 0...1)
        try require("\(key).curriculum[\(stage)].length", value.length, 0.001...1)
      }
    }
  }
}
