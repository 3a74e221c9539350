import Configuration
import Foundation
import LanguageModeling
import Layouts
import Search
import Text

/// What a space file says of a rung on text, whatever its kind.
protocol TextEntry {
  /// By name, or a file or folder beside the space's.
  var corpus: String { get }
  /// Bytes of a sequence.
  var length: Int { get }
}

/// The text of a rung and what its trainings have in common.
public struct RungText: Codable, Hashable, Sendable {
  static let standardCorpus = "default"
  /// FLOPs that a space file may give.
  static let budgets = 1e6...1e25

  /// A corpus by name, or the absolute path of a file or folder.
  public let corpus: String
  /// Of the corpus's content; empty before the run begins.
  public private(set) var fingerprint = ""
  /// Held-out loss of a model that knows how often each byte occurs and nothing else, in nats per byte; 0 before the run
  /// begins.
  public private(set) var chance = 0.0
  /// Width, steps and seed do not count.
  public let plan: PerplexityPlan

  init(_ entry: some TextEntry, at place: RungPlace) {
    let isName = NamedCorpus(rawValue: entry.corpus) != nil
    corpus =
      isName ? entry.corpus : place.file(entry.corpus).standardizedFileURL.absoluteURL.path(percentEncoded: false)
    plan = PerplexityPlan(dim: 1, tokens: 1, length: entry.length)
  }

  /// Notes the content of the corpus.
  /// - Throws: `CorpusError` if the machine is to blame, else `ConfigurationErrors`, also if the sequences do not fit.
  mutating func begin(at place: RungPlace) throws {
    let text: Corpus
    do {
      text = try fittingCorpus()
    } catch {
      throw error.fault == .input ? place.error("corpus", "\(error)") : error
    }
    (fingerprint, chance) = (text.fingerprint, text.frequencyLoss)
  }

  /// The corpus, if the sequences fit into both of its parts.
  private func fittingCorpus() throws(CorpusError) -> Corpus {
    let text = try Corpus(named: corpus)
    for side in Corpus.Side.allCases { _ = try Windows(text, side, length: plan.length) }
    return text
  }

  /// - Throws: `CorpusError`, `RunError.corpusChanged`.
  func read() throws -> Corpus { try Self.read(corpus, fingerprint: fingerprint) }

  static func read(_ corpus: String, fingerprint: String) throws -> Corpus {
    let text = try Corpus(named: corpus)
    guard text.fingerprint == fingerprint else { throw RunError.corpusChanged(corpus) }
    return text
  }

  func template(seed: UInt64) -> PerplexityPlan {
    var plan = plan
    plan.seed = seed
    return plan
  }

  func work(_ trainings: [PlannedTraining]) -> TextWork {
    TextWork(corpus: corpus, fingerprint: fingerprint, trainings: trainings)
  }

  // MARK: Fields and words

  static func corpusField<Entry>(
    _ path: any WritableKeyPath<Entry, String> & Sendable, or usual: String = ""
  ) -> Field<Entry> {
    .init(
      "corpus", path, .text,
      "The name of a corpus that scripts/install-corpus installs, or a file or folder\(usual).")
  }

  static func lengthField<Entry>(_ path: any WritableKeyPath<Entry, Int> & Sendable) -> Field<Entry> {
    .init("length", path, .integer(in: 1...65_536), "Bytes in a sequence.")
  }

  func loss(_ kind: String, _ name: String) -> RungLoss {
    let length = plan.length == PerplexityPlan.standardLength ? "" : ", sequences of \(plan.length)"
    return RungLoss(kind: kind, name: name + length, corpus: corpus)
  }

  static func number(_ number: Double) -> String { String(format: "%g", number) }
}

/// Trainings on text. They are kept in a folder from which an interrupted one goes on.
public struct TextWork: EvaluationWork {
  /// By name, or an absolute path.
  public let corpus: String
  public let fingerprint: String
  public let trainings: [PlannedTraining]

  public func run(_ layout: Layout, in folder: URL, _ control: EvaluationControl) throws -> [PerplexityResult]? {
    let text = try RungText.read(corpus, fingerprint: fingerprint)
    return try PerplexityStudy(trainings, corpus: text, folder: folder, jobs: 1)
      .run(shouldStop: control.shouldStop, onProgress: { _ in control.onProgress() })
  }

  public func isAnswered(by outcome: [PerplexityResult], of layout: String) -> Bool {
    outcome.map(\.plan) == trainings.map(\.plan) && outcome.map(\.layout) == trainings.map(\.layout)
      && outcome.allSatisfy { $0.fingerprint == fingerprint }
  }

  public func cost(of layout: Layout) -> EvaluationCost {
    EvaluationCost(trainings: trainings.count, flops: trainings.reduce(0) { $0 + $1.flops })
  }
}

extension Finding {
  /// Trainings on text.
  /// - Parameter loss: none if it diverged.
  init(loss: Double?, standardError: Double?, of trainings: [PerplexityResult]) throws {
    try self.init(
      status: loss == nil ? .diverged : .done, score: loss.map { -$0 }, standardError: standardError, scores: [:],
      seconds: trainings.reduce(0) { $0 + $1.seconds }, trainings: trainings)
  }
}
