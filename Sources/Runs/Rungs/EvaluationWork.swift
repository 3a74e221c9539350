import Foundation
import LanguageModeling
import MADTasks

/// What one evaluation trains: everything that its result depends on besides the layout.
public enum EvaluationWork: Codable, Sendable, Equatable {
  case tasks([TrialPlan])
  case text(TextWork)
}

/// Trainings on text. They are kept in a folder from which an interrupted one goes on.
public struct TextWork: Codable, Sendable, Equatable {
  /// By name, or an absolute path.
  public let corpus: String
  public let fingerprint: String
  public let trainings: [PlannedTraining]
  public let folder: URL

  /// Trains on one thread.
  /// - Returns: a result for each training; `nil` if it was asked to stop.
  /// - Throws: `CorpusError`, `RunError.corpusChanged`, `PerplexityStudy.Failure`, or as `PerplexityRun`.
  func run(shouldStop: @escaping @Sendable () -> Bool) throws -> [PerplexityResult]? {
    let text = try TextRung.read(corpus, fingerprint: fingerprint)
    return try PerplexityStudy(trainings, corpus: text, folder: folder, jobs: 1).run(shouldStop: shouldStop)
  }
}

/// What a worker answers.
public enum EvaluationOutcome: Codable, Sendable {
  case results([TrialResult])
  case losses([PerplexityResult])
  /// The layout cannot be evaluated, whoever tries.
  case impossible(reason: String)
}
