import Foundation

/// What an evaluation gave, as the archive keeps it.
public struct Finding: Sendable {
  let status: EvaluationRecord.Status
  /// High is good.
  let score: Double?
  let standardError: Double?
  /// By task.
  let scores: [String: Double]
  /// Core-seconds of all trainings.
  let seconds: Double
  /// The trainings, as JSON.
  let results: String

  public init(
    status: EvaluationRecord.Status, score: Double?, standardError: Double?, scores: [String: Double], seconds: Double,
    trainings: some Encodable
  ) throws {
    (self.status, self.score, self.standardError) = (status, score, standardError)
    (self.scores, self.seconds) = (scores, seconds)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    results = String(decoding: try encoder.encode(trainings), as: UTF8.self)
  }
}
