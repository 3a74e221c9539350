import ArgumentParser
import Foundation
import Runs

/// A run of the command line: its folder, or its name under `results/`.
enum RunArgument {
  static let help = ArgumentHelp("The run: its name under results/, or its folder.", valueName: "run")

  /// In a shell: the names under `results/`.
  static let completion = CompletionKind.shellCommand("ls results 2>/dev/null")

  static func folder(_ text: String) -> RunFolder {
    let given = RunFolder(URL(filePath: text))
    if given.exists || text.contains("/") { return given }
    return RunFolder(URL(filePath: "results/\(text)"))
  }
}
