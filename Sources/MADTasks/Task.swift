import Architecture
import Engine

/// One of the synthetic tasks of mechanistic architecture design (Poli et al. 2024, arXiv 2403.17844) at one setting.
///
/// A type is a task, a value of it a setting: `SelectiveCopying()` is the baseline. Data are generated to the token from
/// a seed, the split and the example's index, so data sets are the same on every machine.
public protocol MADTask: Sendable {
  static var name: String { get }
  static var summary: String { get }
  /// What a setting can vary, in the order of the identity.
  static var variables: [TaskVariable<Self>] { get }

  /// The baseline setting.
  init()

  /// The number of different tokens, special ones included.
  var vocabulary: Int { get }
  /// The sequence length of the task's definition; `inputLength` is what a model sees.
  var length: Int { get }
  /// The number of examples in the training set.
  var trainingExamples: Int { get }

  /// Checks what each variable's own range does not.
  /// - Throws: `TaskError.unsuitable`.
  func validate() throws

  /// The number of tokens in an example.
  var inputLength: Int { get }
  /// What surrounds the layers of a model for this task.
  var backbone: Model.Backbone { get }
  /// The accuracy of guessing: 1 / (number of tokens that can be a target in the test set).
  var chance: Double { get }
  /// The accuracy on the first `testExamples` test examples of the best model that could come out of the training set.
  func cap(dataSeed: UInt64, testExamples: Int) -> Double

  /// One example, which depends on the arguments and the setting only.
  func example(split: Split, index: Int, dataSeed: UInt64) -> Example

  /// Makes examples of one data seed; faster than single calls if they have something in common.
  func generator(dataSeed: UInt64) -> ExampleGenerator
}

/// Makes the example of a split with an index.
public typealias ExampleGenerator = @Sendable (_ split: Split, _ index: Int) -> Example

/// Training or test data; each comes from streams of its own.
public enum Split: String, Sendable, CaseIterable {
  case training, test
}

/// One sequence and what a model shall predict from it, position by position.
public struct Example: Sendable, Equatable {
  /// Token numbers from 0 to the vocabulary size − 1.
  public let tokens: [Int32]
  /// As many; a token, or `CrossEntropy.ignored` where nothing is asked.
  public let targets: [Int32]

  public init(tokens: [Int32], targets: [Int32]) { (self.tokens, self.targets) = (tokens, targets) }
}

extension MADTask {
  public var inputLength: Int { length }
  public var backbone: Model.Backbone { .languageModel }
  public func cap(dataSeed: UInt64, testExamples: Int) -> Double { 1 }

  public func generator(dataSeed: UInt64) -> ExampleGenerator {
    { split, index in example(split: split, index: index, dataSeed: dataSeed) }
  }

  /// The stream of one example.
  static func stream(_ dataSeed: UInt64, _ split: Split, _ index: Int) -> RandomStream {
    RandomStream(seed: dataSeed, .init(name), .init(split.rawValue), .init(index))
  }
}

extension RandomStream {
  /// A uniform token in `range`, which must not be empty.
  mutating func token(in range: Range<Int>) -> Int32 { Int32(range.lowerBound + integer(below: range.count)) }
}
