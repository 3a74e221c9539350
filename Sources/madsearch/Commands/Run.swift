import ArgumentParser
import Configuration
import Foundation
import Layouts
import MADTasks
import Runs
import Search

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Search a space: evaluate its layouts rung by rung and print the non-dominated ones.",
    discussion: """
      The run is kept in results/NAME/ and can be resumed after an interruption; the result is the same. Ctrl-C parks it, \
      a second one stops at once.
      """)

  @Argument(help: ArgumentHelp("The space file.", valueName: "space"))
  var file: String

  @Option(help: "Name of the run instead of the space's.")
  var name: String?

  @Option(help: "How candidates are proposed: random.")
  var strategy = "random"

  @Option(parsing: .unconditional, help: "Candidates at the first rung instead of the space's.")
  var candidates: Int?

  @Option(parsing: .unconditional, help: "Seed instead of the space's.")
  var seed: UInt64?

  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var format: OutputFormat

  func validate() throws {
    if let candidates { try Check.range("--candidates", candidates, 1...1_000_000) }
    guard strategy == "random" else {
      throw ValidationError("there is no strategy '\(strategy)'; the strategies are random")
    }
    if let name, name.isEmpty || name.contains("/") || name.hasPrefix(".") || name.hasPrefix("-") {
      throw ValidationError("--name must be the name of a folder, found '\(name)'")
    }
  }

  func run() throws {
    let text = try TextFile.read(file, limit: 1 << 22)
    let space: Space
    do {
      space = try Space(parsing: Data(text.utf8))
    } catch {
      throw Failure(.badInput, error.errors.map { "\(file), \($0)" }.joined(separator: "\n"))
    }
    let settings = RunSettings(
      name: name ?? space.file.name, space: text, protocols: try protocols(space), strategy: strategy,
      candidates: candidates ?? space.file.search.candidates, seed: seed ?? space.file.seed)
    let folder = RunFolder(URL(filePath: "results/\(settings.name)"))
    try RunSession(
      coordinator: try Coordinator.begin(folder, settings: settings), execution: execution, format: format
    ).run()
  }

  private func protocols(_ space: Space) throws -> [ScoringProtocol] {
    for (index, seed) in space.file.seedWith.enumerated() {
      do {
        _ = try space.seed(seed)
      } catch {
        throw Failure(.badInput, "\(file), $.seed-with[\(index)]: \(error)")
      }
    }
    return try space.file.rungs.enumerated().map { index, rung in
      let path = "\(file), $.rungs[\(index)]"
      guard case .mad(let name, _) = rung.kind else {
        throw Failure(.badInput, "\(path): a run has mad rungs, found \(rung.kind.name)")
      }
      if let builtIn = ScoringProtocol.builtIn.first(where: { $0.name == name }) { return builtIn }
      // Beside the space file.
      let place = URL(filePath: name, relativeTo: URL(filePath: file).deletingLastPathComponent())
      let text = try TextFile.read(place.path(percentEncoded: false), limit: 1 << 20)
      do {
        return try ScoringProtocol(parsing: text)
      } catch {
        throw Failure(.badInput, "\(path), \(name), \(error)")
      }
    }
  }
}
