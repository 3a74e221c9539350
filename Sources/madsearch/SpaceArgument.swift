import Architecture
import ArgumentParser
import Configuration
import Foundation
import Layouts
import MADTasks
import Search

/// The space file of the command line, read and checked.
struct SpaceArgument {
  static let help = ArgumentHelp("The space file, e.g. search-spaces/hybrids.json.", valueName: "space")

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
      guard case .mad(let name, let dim) = rung.kind else { continue }
      let definition = try Self.scoringProtocol(name, beside: path, place: "$.rungs[\(index)].mad.protocol")
      protocols.append(definition)
      errors += Self.misfits(space, dim ?? definition.dim, definition, place: "$.rungs[\(index)].mad")
    }
    guard errors.isEmpty else { throw Self.failure(path, errors) }
    self.protocols = protocols
  }

  /// - Throws: `Failure` if there is a rung that a run cannot evaluate.
  func requireMADRungs() throws {
    for (index, rung) in space.file.rungs.enumerated() {
      guard case .mad = rung.kind else {
        throw Failure(.badInput, "\(path), $.rungs[\(index)]: a run has mad rungs, found \(rung.kind.name)")
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

  /// Primitives of the space that cannot be built at the width and lengths of a protocol.
  private static func misfits(
    _ space: Space, _ dim: Int, _ definition: ScoringProtocol, place: String
  ) -> [ConfigurationError] {
    let lengths = definition.settings.compactMap { try? MADTasks.setting($0.setting).inputLength }
    let size = ModelContext(dim: dim, maxLength: lengths.max() ?? 128)
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
}
