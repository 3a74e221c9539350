import Layouts
import Search
import Text

/// What a search is given to start from: known hybrids by name and layouts, of the space file and of the command line.
enum SeedArguments {
  /// The seeds with layouts in place of `@FILE`.
  /// - Parameter file: that the names of files are relative to; none for the working directory.
  /// - Throws: `Failure`.
  static func read(_ seeds: [String], beside file: String? = nil) throws -> [String] {
    try seeds.map { seed in
      seed.hasPrefix("@") ? try LayoutArgument([seed], beside: file).layout.canonical : seed
    }
  }

  /// Checks that seeds can be evaluated. A layout has to meet the constraints; a known hybrid that does not is a baseline.
  /// - Parameters:
  ///   - place: where the seed with an index was given, for messages.
  /// - Throws: `Failure`.
  static func check(_ seeds: [String], in space: Space, fault: Fault, place: (Int) -> String) throws {
    for (index, seed) in seeds.enumerated() {
      if let message = UnknownName.message(seed), !KnownHybrids.all.contains(where: { $0.name == seed }) {
        throw Failure(fault, "\(place(index)): \(message)")
      }
      do {
        let (layout, hybrid) = try space.seed(seed)
        let violations = try space.proposal(inGrammar: layout).violations
        guard hybrid == nil, !violations.isEmpty else { continue }
        throw Failure(
          fault,
          "\(place(index)): '\(layout)' does not meet the constraints: "
            + violations.map(\.description).joined(separator: ", "))
      } catch let failure as Failure {
        throw failure
      } catch {
        throw Failure(fault, "\(place(index)): \(error)")
      }
    }
  }
}
