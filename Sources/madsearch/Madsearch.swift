import ArgumentParser

@main
struct Madsearch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "madsearch", abstract: "Searches architectures.",
    subcommands: [Benchmark.self, Dump.self, Evaluate.self])
}
