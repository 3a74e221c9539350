import ArgumentParser
import Layouts
import Reports

struct ListHybrids: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hybrids",
    abstract: "Print the known hybrids and baselines, with their patterns.",
    discussion: """
      'hybrid:NAME' stands for one of them wherever a layout is expected, fitted to \(KnownHybrids.defaultLayers) \
      layers; 'hybrid:NAME:16' has 16, 'hybrid:NAME:published' those of the published model. The shares are those of \
      attention among the sequence mixers of the pattern, and of attention without a window.
      """)

  @OptionGroup var format: OutputFormat

  func run() throws { try format.print(HybridList(KnownHybrids.all)) }
}
