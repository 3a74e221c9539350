import MADTasks
import Search

/// Rungs as archives of version 2 keep them: the protocols of those on tasks, then what those on text are measured with. All
/// else is in the space file.
struct RungsByKind: Decodable {
  let protocols: [ScoringProtocol]
  let textRungs: [RungText]?

  /// - Throws: `DecodingError` if they are not the rungs of the space.
  func rungs(of space: Space) throws -> [any RungKind] {
    var (protocols, texts) = (protocols[...], (textRungs ?? [])[...])
    let rungs = space.file.rungs.compactMap { rung -> (any RungKind)? in
      switch rung.entry {
      case let entry as MADRung.Entry: protocols.popFirst().map { MADRung($0, dim: entry.dim) }
      case let entry as PerplexityRung.Entry:
        texts.popFirst().map { PerplexityRung($0, dim: entry.dim, amount: entry.amount) }
      case let entry as IsoFLOPRung.Entry:
        texts.popFirst().map {
          IsoFLOPRung($0, budgets: entry.budgets, sizes: entry.sizes, target: entry.target)
        }
      default: nil
      }
    }
    guard rungs.count == space.file.rungs.count, protocols.isEmpty, texts.isEmpty else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "its rungs are not those of its space"))
    }
    return rungs
  }
}
