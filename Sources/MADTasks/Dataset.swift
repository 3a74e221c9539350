import Architecture

/// All examples of one split of a task, in flat arrays.
public struct Dataset: Sendable {
  /// The most tokens that a data set may have; with its targets it then takes 2 GiB.
  public static let mostTokens = 1 << 28

  public let task: any MADTask
  public let split: Split
  public let dataSeed: UInt64
  /// The number of examples.
  public let count: Int
  /// The number of tokens in each.
  public let time: Int
  /// `[count, time]`
  public let tokens: [Int32]
  /// `[count, time]`; `CrossEntropy.ignored` where nothing is asked.
  public let targets: [Int32]

  /// The first `count` examples of a split: unless given, the setting's training examples or 1 280 test examples.
  /// - Throws: `TaskError.tooLarge`.
  public init(_ task: any MADTask, split: Split, dataSeed: UInt64, count: Int? = nil) throws {
    let count = count ?? task.examples(in: split)
    let time = task.inputLength
    guard (0...Self.mostTokens / time).contains(count) else {
      throw TaskError.tooLarge(task: task.identity, examples: count, length: task.length)
    }
    let generate = task.generator(dataSeed: dataSeed)
    var tokens: [Int32] = []
    var targets: [Int32] = []
    tokens.reserveCapacity(count * time)
    targets.reserveCapacity(count * time)
    for index in 0..<count {
      let example = generate(split, index)
      tokens.append(contentsOf: example.tokens)
      targets.append(contentsOf: example.targets)
    }
    (self.task, self.split, self.dataSeed, self.count, self.time) = (task, split, dataSeed, count, time)
    (self.tokens, self.targets) = (tokens, targets)
  }

  /// The examples with some indices, one after the other.
  public func batch(_ indices: some Collection<Int>) -> (tokens: [Int32], targets: [Int32]) {
    var batch: (tokens: [Int32], targets: [Int32]) = ([], [])
    batch.tokens.reserveCapacity(indices.count * time)
    batch.targets.reserveCapacity(indices.count * time)
    for index in indices {
      batch.tokens.append(contentsOf: tokens[index * time..<(index + 1) * time])
      batch.targets.append(contentsOf: targets[index * time..<(index + 1) * time])
    }
    return batch
  }

  public func example(_ index: Int) -> Example {
    let (tokens, targets) = batch(CollectionOfOne(index))
    return Example(tokens: tokens, targets: targets)
  }
}

extension MADTask {
  /// The number of examples that a split has.
  public func examples(in split: Split) -> Int {
    switch split {
    case .training: trainingExamples
    case .test: MADTasks.testExamples
    }
  }
}
