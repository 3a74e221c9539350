import Architecture
import ArgumentParser
import Configuration
import Engine
import Foundation
import LanguageModeling
import Layouts
import MADTasks
import Runs
import Search

/// The space file of the command line, read and checked.
struct SpaceArgument {
  static let help = ArgumentHelp("The space file, e.g. search-spaces/hybrids.json.", valueName: "space")
  static let completion = CompletionKind.file(extensions: ["json"])

  let path: String
  let text: String
  let space: Space
  /// The protocols of the rungs on MAD tasks, in order.
  let protocols: [ScoringProtocol]

  /// - Throws: `Failure` with status `badInput` and a line for each error.
  init(_ path: String) throws {
    self.path = path
    text = try TextFile.read(path, limit: 1 << 22)
    let space: Space
    do {
      space = try Space(parsing: Data(text.utf8))
    } catch {
      throw Self.failure(path, error.errors)
    }
    self.space = space
    var protocols: [ScoringProtocol] = []
    var errors: [ConfigurationError] = []
    for (index, rung) in space.file.rungs.enumerated() {
      let place = "$.rungs[\(index)].\(rung.kind.name)"
      switch rung.kind {
      case .mad(let name, let dim):
        let definition = try Self.scoringProtocol(name, beside: path, place: place + ".protocol")
        protocols.append(definition)
        let lengths = definition.settings.compactMap { try? MADTasks.setting($0.setting).inputLength }
        errors += Self.misfits(space, dim ?? definition.dim, lengths.max() ?? 128, place: place)
      case .perplexity(let rung):
        errors += Self.misfits(space, rung.dim, rung.length, place: place)
      case .isoflop: errors += Self.smallBudget(space, rung.kind, place: place)
      }
    }
    guard errors.isEmpty else { throw Self.failure(path, errors) }
    self.protocols = protocols
  }

  /// What the rungs on text are measured with, in order.
  /// - Throws: `Failure` or `CorpusError` if there is no such text, or too little.
  func texts() throws -> [TextRung] {
    try space.file.rungs.enumerated().compactMap { index, rung -> TextRung? in
      guard let corpus = rung.kind.corpus, let template = rung.kind.template else { return nil }
      let isName = NamedCorpus(rawValue: corpus) != nil
      // A file is meant beside the space's.
      let file = URL(filePath: corpus, relativeTo: URL(filePath: path).deletingLastPathComponent())
      do {
        let text = isName ? corpus : file.path(percentEncoded: false)
        return try TextRung(rung.kind.name, corpus: text, template: template)
      } catch let error as CorpusError where error.isBadInput {
        throw Failure(.badInput, "\(path), $.rungs[\(index)].\(rung.kind.name).corpus: \(error)")
      }
    }
  }

  private static func failure(_ path: String, _ errors: [ConfigurationError]) -> Failure {
    Failure(.badInput, errors.map { "\(path), \($0)" }.joined(separator: "\n"))
  }

  /// A built-in protocol, or a file beside the space's.
  private static func scoringProtocol(_ name: String, beside path: String, place: String) throws -> ScoringProtocol {
    if let builtIn = ScoringProtocol.builtIn.first(where: { $0.name == name }) { return builtIn }
    let file = URL(filePath: name, relativeTo: URL(filePath: path).deletingLastPathComponent())
    do {
      return try ScoringProtocol(parsing: TextFile.read(file.path(percentEncoded: false), limit: 1 << 20))
    } catch {
      throw Failure(.badInput, "\(path), \(place): \(name): \(error)")
    }
  }

  /// Primitives of the space that cannot be built at a width and for sequences of a length.
  private static func misfits(_ space: Space, _ dim: Int, _ length: Int, place: String) -> [ConfigurationError] {
    let size = ModelContext(dim: dim, maxLength: length)
    return space.primitives.compactMap { primitive in
      do {
        _ = try primitive.type.init(primitive.options, in: size)
        return nil
      } catch {
        return ConfigurationError(
          path: place, reason: "at its width of \(dim), \(primitive.canonical) does not fit: \(error)")
      }
    }
  }

  /// Whether a layout of the space cannot be trained for the smallest budget.
  private static func smallBudget(_ space: Space, _ kind: Rung.Kind, place: String) -> [ConfigurationError] {
    var random = RandomStream(seed: space.file.seed, "budget")
    guard let layout = space.sample(using: &random)?.layout, let template = kind.template else { return [] }
    do {
      _ = try kind.trainings(of: layout, template: template)
      return []
    } catch {
      return [ConfigurationError(path: place, reason: "of '\(layout)': \(error)")]
    }
  }
}
