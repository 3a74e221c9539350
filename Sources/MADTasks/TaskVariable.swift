/// One thing that a task's setting can vary: its name, what it may be, and where the setting keeps it.
public struct TaskVariable<Task: MADTask>: Sendable {
  private enum Place: Sendable {
    case integer(WritableKeyPath<Task, Int> & Sendable, ClosedRange<Int>)
    case number(WritableKeyPath<Task, Double> & Sendable, ClosedRange<Double>)
  }

  public let name: String
  /// Other spellings that are understood: those of published configurations.
  public let aliases: [String]
  public let summary: String
  private let place: Place

  static func integer(
    _ name: String, _ path: WritableKeyPath<Task, Int> & Sendable, in range: ClosedRange<Int>, aliases: [String] = [],
    _ summary: String
  ) -> Self {
    Self(name: name, aliases: aliases, summary: summary, place: .integer(path, range))
  }

  static func number(
    _ name: String, _ path: WritableKeyPath<Task, Double> & Sendable, in range: ClosedRange<Double>,
    aliases: [String] = [], _ summary: String
  ) -> Self {
    Self(name: name, aliases: aliases, summary: summary, place: .number(path, range))
  }

  /// The number of different tokens, at least as many as the task needs.
  static func vocabulary(_ path: WritableKeyPath<Task, Int> & Sendable, atLeast least: Int, _ summary: String) -> Self {
    .integer("vocabulary", path, in: least...1_000_000, aliases: ["vocab_size"], summary)
  }

  static func length(
    _ path: WritableKeyPath<Task, Int> & Sendable, atLeast least: Int, _ summary: String = "sequence length"
  ) -> Self {
    .integer("length", path, in: least...1_048_576, aliases: ["seq_len"], summary)
  }

  static func examples(_ path: WritableKeyPath<Task, Int> & Sendable) -> Self {
    .integer("examples", path, in: 1...10_000_000, aliases: ["num_train_examples"], "training examples")
  }

  /// What a value must be, in words, e.g. `a whole number from 1 to 64`.
  public var allowed: String {
    switch place {
    case .integer(_, let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(_, let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  /// The value in a setting, as it is written, e.g. `128`, `0.2`.
  public func text(in task: Task) -> String {
    switch place {
    case .integer(let path, _): String(task[keyPath: path])
    case .number(let path, _): String(task[keyPath: path])
    }
  }

  /// - Throws: `TaskError.invalidVariable` if the text is no number or outside the range.
  func set(_ text: String, in task: inout Task) throws {
    switch place {
    case .integer(let path, let range):
      if let value = Int(text), range.contains(value) { return task[keyPath: path] = value }
    case .number(let path, let range):
      // Adding 0 makes −0 and 0 the same setting.
      if let value = Double(text), range.contains(value) { return task[keyPath: path] = value + 0 }
    }
    throw TaskError.invalidVariable(name, task: Task.name, found: "'\(text)'", allowed: allowed)
  }
}

/// A variable of any task, for lists.
public struct TaskVariableDescription: Sendable, Equatable {
  public let name: String
  public let aliases: [String]
  public let summary: String
  /// What a value must be, in words.
  public let allowed: String
  /// The value of the baseline.
  public let baseline: String
}
