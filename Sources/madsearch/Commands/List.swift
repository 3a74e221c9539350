import ArgumentParser

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what there is: primitives, tasks.", subcommands: [ListPrimitives.self, ListTasks.self])
}
