import Architecture
import Engine

/// Memorization: learn a fixed map from keys to values by heart.
///
/// Token V − 1 asks for a value. Of the others the lower half (rounded down) are keys, the rest values. One random
/// one-to-one map from keys to values holds for all examples of a data seed. A sequence is L/2 times `key ask` with
/// uniform keys; each `ask` has the key's value as its target, in training and test.
public struct Memorization: MADTask {
  public static let name = "memorization"
  public static let summary = "learn a fixed map from keys to values by heart"
  public static let variables: [TaskVariable<Self>] = [
    .vocabulary(\.vocabulary, atLeast: 5, "keys, values, half of each, and the token that asks"),
    .length(\.length, atLeast: 2, "tokens of all questions; even"),
    .examples(\.trainingExamples),
  ]

  public private(set) var vocabulary = 256
  public private(set) var length = 32
  public private(set) var trainingExamples = 256

  public init() {}

  public func validate() throws { try requireEvenLength() }

  public var chance: Double { 1 / Double(values.count) }

  private var keys: Range<Int> { 0..<(vocabulary - 1) / 2 }
  private var values: Range<Int> { (vocabulary - 1) / 2..<vocabulary - 1 }

  public func example(split: Split, index: Int, dataSeed: UInt64) -> Example {
    generator(dataSeed: dataSeed)(split, index)
  }

  public func generator(dataSeed: UInt64) -> ExampleGenerator {
    let map = map(dataSeed: dataSeed)
    let ask = Int32(vocabulary - 1)
    return { [self] split, index in
      let keys = drawKeys(split, index, dataSeed)
      return Example(
        tokens: keys.flatMap { [$0, ask] }, targets: keys.flatMap { [CrossEntropy.ignored, map[Int($0)]] })
    }
  }

  /// A key that was shown in training can be answered; the value of another one is guessed among those never seen.
  public func cap(dataSeed: UInt64, testExamples: Int) -> Double {
    var isShown = [Bool](repeating: false, count: keys.count)
    var shown = 0
    for index in 0..<trainingExamples where shown < keys.count {
      for key in drawKeys(.training, index, dataSeed) where !isShown[Int(key)] {
        isShown[Int(key)] = true
        shown += 1
      }
    }
    var answered = 0
    for index in 0..<testExamples {
      for key in drawKeys(.test, index, dataSeed) where isShown[Int(key)] { answered += 1 }
    }
    let asked = testExamples * length / 2
    guard answered < asked else { return 1 }
    return (Double(answered) + Double(asked - answered) / Double(values.count - shown)) / Double(asked)
  }

  private func drawKeys(_ split: Split, _ index: Int, _ dataSeed: UInt64) -> [Int32] {
    var random = Self.stream(dataSeed, split, index)
    return (0..<length / 2).map { _ in random.token(in: keys) }
  }

  /// The value of each key: the first values in a random order (Fisher and Yates).
  private func map(dataSeed: UInt64) -> [Int32] {
    var random = RandomStream(seed: dataSeed, .init(Self.name), "map")
    var order = values.map(Int32.init)
    for place in keys { order.swapAt(place, place + random.integer(below: order.count - place)) }
    return Array(order.prefix(keys.count))
  }
}
