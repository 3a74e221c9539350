import ArgumentParser

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure training steps of primitives, their matrix products, or search strategies on a table.",
    discussion: "Without a subcommand it measures training steps.",
    subcommands: [BenchmarkStep.self, BenchmarkKernels.self, BenchmarkScaling.self, BenchmarkSearch.self],
    defaultSubcommand: BenchmarkStep.self)
}
