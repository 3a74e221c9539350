import ArgumentParser

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what there is: primitives, tasks, strategies.",
    subcommands: [ListPrimitives.self, ListTasks.self, ListStrategies.self])
}
