import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure training steps of primitives, or search strategies on a table.",
    discussion: "Without a subcommand it measures training steps.",
    subcommands: [BenchmarkStep.self, BenchmarkSearch.self], defaultSubcommand: BenchmarkStep.self)
}
