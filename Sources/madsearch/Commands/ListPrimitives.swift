import Architecture
import ArgumentParser
import Reports

struct ListPrimitives: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "primitives",
    abstract: "Print the primitives that a layout may name, with their options.",
    discussion: """
      Parameters, FLOPs per token and state are those of the default options at width 128 and context 128, without \
      normalisation.
      """)

  @OptionGroup var format: OutputFormat

  func run() throws { try format.print(PrimitiveList(Primitives.all)) }
}
