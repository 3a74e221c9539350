import Configuration
import Foundation
import Search

/// The kinds of rungs.
public enum RungKinds {
  static let all: [any RungKind.Type] = [MADRung.self, PerplexityRung.self, IsoFLOPRung.self]

  /// What a space file may say of rungs.
  public static let formats = RungFormats(
    all.map { entry($0) }, standard: [Rung(MADRung.Entry(protocolName: "screen"))])

  /// The keys of all kinds, in files.
  package static var keys: [String] { all.map { $0.key } }

  static func named(_ key: String) -> (any RungKind.Type)? { all.first { $0.key == key } }

  private static func entry<Kind: RungKind>(_: Kind.Type) -> any RungEntry.Type { Kind.Entry.self }

  /// The rungs of a space, as far as they are known before a run begins.
  /// - Parameters:
  ///   - file: of the space.
  ///   - text: reads a text file.
  /// - Throws: `ConfigurationErrors` with all that is wrong.
  public static func rungs(
    of space: Space, file: URL, text: @escaping (URL) throws -> String
  ) throws -> [any RungKind] {
    var problems = Problems()
    let rungs = try space.file.rungs.indices.compactMap { index -> (any RungKind)? in
      let place = place(space, index, file: file, text: text)
      do {
        let rung = try make(space.file.rungs[index].entry, at: place)
        for reason in rung?.problems(in: space) ?? [] { problems.add(place.path, reason) }
        return rung
      } catch let errors as ConfigurationErrors {
        for error in errors.errors { problems.add(error.path, error.reason) }
        return nil
      }
    }
    try problems.check()
    return rungs
  }

  /// The rungs with which a run begins.
  /// - Parameter known: those that a run has already; the others follow them.
  /// - Throws: as the rungs' `begin`.
  public static func begin(
    _ rungs: [any RungKind], after known: [any RungKind] = [], of space: Space, file: URL,
    text: @escaping (URL) throws -> String
  ) throws -> [any RungKind] {
    try rungs.enumerated().map { index, rung in
      if known.indices.contains(index) { return known[index] }
      var rung = rung
      try rung.begin(at: place(space, index, file: file, text: text))
      return rung
    }
  }

  private static func place(
    _ space: Space, _ index: Int, file: URL, text: @escaping (URL) throws -> String
  ) -> RungPlace {
    let key = type(of: space.file.rungs[index].entry).key
    return RungPlace(path: "$.rungs[\(index)].\(key)", folder: file.deletingLastPathComponent(), text: text)
  }

  private static func make(_ entry: any RungEntry, at place: RungPlace) throws -> (any RungKind)? {
    func make<Kind: RungKind>(_: Kind.Type) throws -> (any RungKind)? {
      try (entry as? Kind.Entry).map { try Kind($0, at: place) }
    }
    return try all.lazy.compactMap { try make($0) }.first
  }
}

extension Space {
  /// - Throws: `ConfigurationErrors`.
  public init(parsing data: Data) throws(ConfigurationErrors) { try self.init(parsing: data, rungs: RungKinds.formats) }
}
