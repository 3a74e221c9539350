import ArgumentParser

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what there is: primitives, hybrids, tasks, strategies.",
    subcommands: [ListPrimitives.self, ListHybrids.self, ListTasks.self, ListStrategies.self])
}
