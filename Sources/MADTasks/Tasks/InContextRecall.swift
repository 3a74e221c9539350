import Engine

/// In-context recall: repeat the value that followed a key earlier in the sequence.
///
/// Of V tokens the lower half (rounded down) are keys, the others values. A sequence is L/2 − 1 pairs `key value`, where a
/// key's value is drawn when the key first comes up and stays, and a last pair whose key came up before; its last token is
/// cut off, so L − 1 tokens are the input. A test asks for the value of every key that came up before.
public struct InContextRecall: MADTask {
  public static let name = "in-context-recall"
  public static let summary = "repeat the value that followed a key earlier in the sequence"
  public static let variables: [TaskVariable<Self>] = [
    .vocabulary(\.vocabulary, atLeast: 4, "keys and values, half of each"),
    .length(\.length, atLeast: 4, "tokens of all pairs; even"),
    .examples(\.trainingExamples),
  ]

  public private(set) var vocabulary = 16
  public private(set) var length = 128
  public private(set) var trainingExamples = 12_800

  public init() {}

  public func validate() throws { try requireEvenLength() }

  public var inputLength: Int { length - 1 }
  public var chance: Double { 1 / Double(vocabulary - vocabulary / 2) }

  public func example(split: Split, index: Int, dataSeed: UInt64) -> Example {
    var random = Self.stream(dataSeed, split, index)
    var pairs = RecallPairs(keyValueTokens: vocabulary, length: length)
    for _ in 0..<length / 2 - 1 { pairs.appendPair(&random) }
    pairs.appendProbe(&random)
    return pairs.sequence.example(split, inputLength: inputLength)
  }
}

/// Pairs of one key token and one value token, under a map that is drawn key by key as keys come up.
struct RecallPairs {
  private(set) var sequence: RecallSequence
  private let keys, values: Range<Int>
  private var map: [Int32: Int32] = [:]
  /// The keys in the order in which they came up.
  private var shown: [Int32] = []

  /// The lower half of the tokens below `keyValueTokens` are keys, the others values.
  init(keyValueTokens: Int, length: Int) {
    sequence = RecallSequence(capacity: length)
    keys = 0..<keyValueTokens / 2
    values = keyValueTokens / 2..<keyValueTokens
  }

  /// Appends a pair with a uniform key.
  mutating func appendPair(_ random: inout RandomStream) { append(random.token(in: keys), &random) }

  /// Appends a pair with a key that is uniform over those shown.
  mutating func appendProbe(_ random: inout RandomStream) {
    append(shown[random.integer(below: shown.count)], &random)
  }

  /// Appends two uniform noise tokens, which no test asks for.
  mutating func appendNoise(_ noise: Range<Int>, _ random: inout RandomStream) {
    for _ in 0..<2 { sequence.append(CollectionOfOne(random.token(in: noise)), asked: false) }
  }

  private mutating func append(_ key: Int32, _ random: inout RandomStream) {
    sequence.append(CollectionOfOne(key), asked: false)
    if let value = map[key] {
      sequence.append(CollectionOfOne(value), asked: true)
    } else {
      let value = random.token(in: values)
      map[key] = value
      shown.append(key)
      sequence.append(CollectionOfOne(value), asked: false)
    }
  }
}
