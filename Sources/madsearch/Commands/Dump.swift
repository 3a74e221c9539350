import ArgumentParser
import MADTasks

struct Dump: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a task's data as JSON lines.",
    discussion: """
      TASK is a task such as in-context-recall, or one with other variables than its baseline, such as \
      'selective-copying(length=512, copies=32)'. Each line is one example: its task, split and index, its tokens, and \
      its targets, of which -100 means that nothing is asked at that position.
      """)

  @Argument(help: "Task and setting.")
  var task: String

  @Option(help: "training or test.")
  var split: Split = .training

  @Option(
    help: "How many examples. Default: the setting's training examples, or \(MADTasks.testExamples) test examples.")
  var count: Int?

  @Option(help: "Seed of the data.")
  var seed: UInt64 = 1

  func validate() throws {
    if let count, !(1...10_000_000).contains(count) {
      throw ValidationError("--count must be from 1 to 10000000, found \(count)")
    }
  }

  func run() throws {
    let task = try MADTasks.setting(task)
    let generate = task.generator(dataSeed: seed)
    var output = StandardOutput()
    for index in 0..<(count ?? task.examples(in: split)) {
      try output.write(JSONLines.line(generate(split, index), task: task, split: split, index: index))
    }
    try output.flush()
  }
}

extension Split: ExpressibleByArgument {}
