import Architecture
import ArgumentParser
import Layouts
import Reporting
import Text

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
    if format.json {
      try StandardOutput.print(json(layout, model, normalization).text)
    } else if format.csv {
      try StandardOutput.print(normalization?.csv ?? table(layout, model).csv)
    } else {
      try StandardOutput.print(text(layout, model) + (normalization.map { "\n" + $0.text } ?? ""))
    }
  }

  private func normalization(of layout: Layout) throws -> NormalizationTable? {
    guard let normalize else { return nil }
    let (nearest, primitives) = try layout.normalized(state: normalize, dim: dim, context: context)
    return NormalizationTable(target: normalize, layout: nearest, primitives: primitives)
  }

  private func text(_ layout: Layout, _ model: Model) -> String {
    var lines = [layout.canonical]
    if let pattern = layout.megatronString { lines.append(pattern) }
    lines.append("width \(dim), vocabulary \(vocabulary), context \(context); FLOPs per token")
    return lines.joined(separator: "\n") + "\n\n" + table(layout, model).text
  }

  private static let figures = [
    Table.Column("parameters", "parameters"), .init("forwardFLOPsPerToken", "forward FLOPs"),
    .init("trainingFLOPsPerToken", "training FLOPs"), .init("state", "state"), .init("cache", "exact cache"),
  ]

  private func cells(_ parameters: Int, _ costs: Costs) -> [Table.Cell] {
    [
      .integer(parameters), .number(costs.forwardFLOPs, decimals: 0), .number(costs.trainingFLOPs, decimals: 0),
      .integer(costs.state), .integer(costs.cache),
    ]
  }

  private func cells(_ part: ModelPart) -> [Table.Cell] { cells(part.parameterCount, part.costs(time: context)) }

  private func total(_ model: Model) -> [Table.Cell] { cells(model.parameterCount, model.costs(time: context)) }

  /// The layers, with what surrounds them, and the total.
  private func table(_ layout: Layout, _ model: Model) -> Table {
    var table = Table([.init("layer", "layer"), .init("primitive", "primitive")] + Self.figures)
    table.add([.text("embedding"), .nothing] + cells(model.parts.embedding))
    for (index, part) in model.parts.layers.enumerated() {
      table.add([.text("\(index + 1)"), .text(layout.text(layer: index))] + cells(part))
    }
    table.add([.text("unembedding"), .nothing] + cells(model.parts.head))
    table.add([.text("total"), .nothing] + total(model))
    return table
  }

  private func json(_ layout: Layout, _ model: Model, _ normalization: NormalizationTable?) -> JSONValue {
    func members(_ cells: [Table.Cell]) -> [(String, JSONValue)] { zip(Self.figures, cells).map { ($0.key, $1.json) } }
    let layers = model.parts.layers.enumerated().map { index, part in
      JSONValue.object(
        [("layer", .integer(index + 1)), ("primitive", .text(layout.text(layer: index)))] + members(cells(part)))
    }
    var description: [(String, JSONValue)] = [
      ("layout", .text(layout.canonical)), ("megatron", layout.megatronString.map(JSONValue.text) ?? .null),
      ("dim", .integer(dim)), ("vocabulary", .integer(vocabulary)), ("context", .integer(context)),
      ("layers", .list(layers)), ("embedding", .object(members(cells(model.parts.embedding)))),
      ("unembedding", .object(members(cells(model.parts.head)))), ("total", .object(members(total(model)))),
    ]
    if let normalization { description.append(("normalization", normalization.json)) }
    return .object(description)
  }
}
