import Foundation

/// What a worker is asked: one evaluation of one layout. Everything that the result depends on is in it.
public struct EvaluationRequest: Codable, Sendable, Equatable {
  /// The evaluation's number in the archive.
  public let id: Int64
  /// Canonical.
  public let layout: String
  /// Keeps what an interrupted evaluation goes on from; absolute, as workers may run elsewhere.
  let folder: URL
  let work: StoredWork

  package init(id: Int64, layout: String, folder: URL, work: StoredWork) {
    (self.id, self.layout, self.folder, self.work) = (id, layout, folder, work)
  }

  /// What a worker's answer says; none if it answers another request.
  package func answer(_ data: Data) -> EvaluationAnswer? {
    func answer<Work: EvaluationWork>(_ work: Work) -> EvaluationAnswer? {
      switch try? JSONDecoder().decode(AnswerFile<Work.Outcome>.self, from: data) {
      case .outcome(let outcome) where work.isAnswered(by: outcome, of: layout): .outcome(outcome)
      case .impossible(let reason): .impossible(reason: reason)
      case .outcome, nil: nil
      }
    }
    return answer(work.work)
  }
}

/// What a worker answers.
public enum EvaluationAnswer: Sendable {
  /// Of the rung's kind.
  case outcome(any Sendable)
  /// The layout cannot be evaluated, whoever tries.
  case impossible(reason: String)
}

/// An answer as it stands in its file.
enum AnswerFile<Outcome: Codable>: Codable {
  case outcome(Outcome)
  case impossible(String)

  private enum CodingKeys: CodingKey { case outcome, impossible }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let reason = try container.decodeIfPresent(String.self, forKey: .impossible) {
      self = .impossible(reason)
    } else {
      self = .outcome(try container.decode(Outcome.self, forKey: .outcome))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .outcome(let outcome): try container.encode(outcome, forKey: .outcome)
    case .impossible(let reason): try container.encode(reason, forKey: .impossible)
    }
  }
}
