/// The settings of the published protocol: each task's baseline, and one variable at a time varied around it.
public enum FullProtocolSettings {
  /// What is varied: a task, one of its variables, and the values besides the baseline's.
  public static let variations: [(task: String, variable: String, values: [String])] = [
    (InContextRecall.name, "vocabulary", ["32", "64", "128"]),
    (InContextRecall.name, "length", ["256", "512", "1024"]),
    (InContextRecall.name, "examples", ["6400", "3200", "1600", "800"]),
    (FuzzyInContextRecall.name, "vocabulary", ["32", "64", "128"]),
    (FuzzyInContextRecall.name, "length", ["256", "512", "1024"]),
    (FuzzyInContextRecall.name, "examples", ["6400", "3200", "1600", "800"]),
    // 16 noise tokens always: keys and values share 32, 64 and 128 tokens.
    (NoisyInContextRecall.name, "vocabulary", ["48", "80", "144"]),
    (NoisyInContextRecall.name, "length", ["256", "512", "1024"]),
    (NoisyInContextRecall.name, "examples", ["6400", "3200", "1600", "800"]),
    (NoisyInContextRecall.name, "noise", ["0.4", "0.6", "0.8"]),
    (SelectiveCopying.name, "vocabulary", ["32", "64", "128"]),
    (SelectiveCopying.name, "length", ["512", "1024"]),
    (SelectiveCopying.name, "examples", ["6400", "3200", "1600", "800"]),
    (SelectiveCopying.name, "copies", ["32", "64", "96"]),
    (Compression.name, "vocabulary", ["32", "64", "128"]),
    (Compression.name, "length", ["64", "128", "256"]),
    (Compression.name, "examples", ["6400", "3200", "1600", "800"]),
    (Memorization.name, "vocabulary", ["512", "1024", "2048", "4096", "8192"]),
  ]

  /// The six baselines.
  public static var baselines: [any MADTask] { MADTasks.all.map { $0.init() } }

  /// All 66 settings, task by task, each task's baseline first.
  /// - Throws: `TaskError`, if a row of the table were wrong.
  public static func all() throws -> [any MADTask] {
    try MADTasks.all.flatMap { task in
      let varied = variations.filter { $0.task == task.name }
      return [task.init()]
        + (try varied.flatMap { row in try row.values.map { try task.init([(row.variable, $0)]) } })
    }
  }
}
