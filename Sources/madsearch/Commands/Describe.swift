import Architecture
import ArgumentParser
import Layouts
import Reports

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print parameters, FLOPs and state size of a layout, per layer and in total.",
    usage: "madsearch describe <layout> [--dim <dim>] [--context <context>] [--vocabulary <vocabulary>]"
      + " [--normalize <state>] [--json] [--csv]",
    discussion: """
      FLOPs are per token, averaged over a sequence of the context's length: matrix products, scans and convolutions, \
      2 per multiply-add. The state is what has to be kept per sequence, in numbers, to generate the next token after \
      the context; the exact cache is the same without distilling long convolutions into recurrences. A layer counts \
      with its normalisation.

      With --normalize it says which options bring each sequence mixer nearest to a state, one option at a time, and \
      two together where that comes nearer; --csv prints these rows alone.
      """)

  @Argument(help: LayoutArgument.help)
  var layout: [String]

  @Option(parsing: .unconditional, help: "Width of the model.")
  var dim: Int = 128

  @Option(parsing: .unconditional, help: "Length of the context in tokens; implicit filters are as long.")
  var context: Int = 128

  @Option(parsing: .unconditional, help: "Number of different tokens.")
  var vocabulary: Int = 16

  @Option(parsing: .unconditional, help: "State size per sequence mixer to look for options for.")
  var normalize: Int?

  @OptionGroup var format: OutputFormat

  func validate() throws {
    try Check.range("--dim", dim, 1...16_384)
    try Check.range("--context", context, 1...1_048_576)
    try Check.range("--vocabulary", vocabulary, 1...1_000_000)
    if let normalize { try Check.range("--normalize", normalize, 1...1_000_000_000_000) }
  }

  func run() throws {
    let argument = try LayoutArgument(layout)
    let layout = argument.layout
    let model = try argument.use { try $0.makeModel(dim: dim, vocabulary: vocabulary, maxLength: context) }
    let normalization = try argument.use { try self.normalization(of: $0) }
    try format.print(
      LayoutReport(
        layout, model, dim: dim, vocabulary: vocabulary, context: context, normalization: normalization))
  }

  private func normalization(of layout: Layout) throws -> NormalizationReport? {
    guard let normalize else { return nil }
    let (nearest, primitives) = try layout.normalized(state: normalize, dim: dim, context: context)
    return NormalizationReport(target: normalize, layout: nearest, primitives: primitives)
  }
}
