import Foundation
import LanguageModeling
import Search

/// What a rung on text is measured with, as the run began with it: a run does not change when a file or a default does.
public struct TextRung: Codable, Sendable, Equatable {
  /// `perplexity` or `isoflop`.
  public var name: String
  /// A corpus by name, or the absolute path of a file or folder.
  public var corpus: String
  /// Of the corpus's content.
  public var fingerprint: String
  /// Held-out loss of a model that knows how often each byte occurs and nothing else, in nats per byte.
  public var chance: Double
  /// What all trainings have in common; width, steps and seed do not count.
  public var plan: PerplexityPlan

  /// - Parameters:
  ///   - corpus: by name, or the path of a file or folder.
  ///   - template: what the trainings have in common.
  /// - Throws: `CorpusError`, also if the template's sequences do not fit into the text.
  public init(_ name: String, corpus word: String, template: PerplexityPlan) throws(CorpusError) {
    (self.name, plan) = (name, template)
    let text = try Corpus(named: word)
    let isName = NamedCorpus(rawValue: word) != nil
    corpus = isName ? word : URL(filePath: word).standardizedFileURL.path(percentEncoded: false)
    (fingerprint, chance) = (text.fingerprint, text.frequencyLoss)
    for side in Corpus.Side.allCases { _ = try Windows(text, side, length: template.length) }
  }

  /// - Throws: `CorpusError`, `RunError.corpusChanged`.
  func check() throws { _ = try Self.read(corpus, fingerprint: fingerprint) }

  /// - Throws: `CorpusError`, `RunError.corpusChanged`.
  static func read(_ corpus: String, fingerprint: String) throws -> Corpus {
    let text = try Corpus(named: corpus)
    guard text.fingerprint == fingerprint else { throw RunError.corpusChanged(corpus) }
    return text
  }
}
