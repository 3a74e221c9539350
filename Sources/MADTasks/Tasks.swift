/// The registry: every task that a protocol or a command line may name.
public enum MADTasks {
  public static let all: [any MADTask.Type] = [
    InContextRecall.self,
    FuzzyInContextRecall.self,
    NoisyInContextRecall.self,
    SelectiveCopying.self,
    Compression.self,
    Memorization.self,
  ]

  /// The number of test examples in every setting of the published protocol.
  public static let testExamples = 1280

  /// - Throws: `TaskError.unknownTask`, with the nearest name.
  public static func named(_ name: String) throws -> any MADTask.Type {
    guard let task = all.first(where: { $0.name == name }) else {
      throw TaskError.unknownTask(name, known: all.map { $0.name })
    }
    return task
  }

  /// The setting that a text such as `selective-copying(length=512, copies=32)` names.
  /// - Throws: `TaskError`.
  public static func setting(_ text: String) throws -> any MADTask {
    let (name, values) = try SettingNotation.parse(text)
    return try named(name).init(values)
  }
}
