import Engine

/// Fuzzy in-context recall: in-context recall whose keys and values are several adjacent tokens.
///
/// Token V − 1 is padding; of the others the lower half (rounded down) are key tokens, the rest value tokens. A key is 1
/// to K distinct key tokens, a value 1 to W distinct value tokens; lengths are uniform, but test keys always have K. A
/// probe pair is drawn first. Pairs are written until fewer than (probe length + K + W) of L positions are left, the probe
/// pair among them: at the first pair boundary at or after a uniform start, unless its key came up by itself before, and
/// in the place of the last of these pairs if no boundary was left. The probe pair ends the sequence, which is padded on
/// the left to L + 1 tokens; the first L are the input. A test asks for every token of a value whose key came up before.
public struct FuzzyInContextRecall: MADTask {
  public static let name = "fuzzy-in-context-recall"
  public static let summary = "in-context recall with keys and values of several tokens"
  public static let variables: [TaskVariable<Self>] = [
    .vocabulary(\.vocabulary, atLeast: 5, "key tokens, value tokens, half of each, and padding"),
    .length(\.length, atLeast: 5, "tokens of all pairs and padding"),
    .examples(\.trainingExamples),
    .integer("key_length", \.keyLength, in: 1...64, aliases: ["k_motif_size"], "most tokens of a key"),
    .integer("value_length", \.valueLength, in: 1...64, aliases: ["v_motif_size"], "most tokens of a value"),
  ]

  public private(set) var vocabulary = 16
  public private(set) var length = 128
  public private(set) var trainingExamples = 12_800
  public private(set) var keyLength = 3
  public private(set) var valueLength = 3

  public init() {}

  public func validate() throws {
    for (name, needed, tokens) in [
      ("key_length", keyLength, keyTokens), ("value_length", valueLength, valueTokens),
    ] where needed > tokens.count {
      throw unsuitable(
        "\(name) must be at most \(tokens.count), the distinct tokens for it in a vocabulary of \(vocabulary), "
          + "found \(needed)")
    }
    guard length > 2 * (keyLength + valueLength) else {
      throw unsuitable(
        "the length must be more than two longest pairs, so at least \(2 * (keyLength + valueLength) + 1), "
          + "found \(length)")
    }
  }

  public var chance: Double { 1 / Double(valueTokens.count) }

  private var keyTokens: Range<Int> { 0..<(vocabulary - 1) / 2 }
  private var valueTokens: Range<Int> { (vocabulary - 1) / 2..<vocabulary - 1 }

  public func example(split: Split, index: Int, dataSeed: UInt64) -> Example {
    var random = Self.stream(dataSeed, split, index)
    let probeKey = drawKey(split, &random)
    let probeValue = drawValue(&random)
    let probeLength = probeKey.count + probeValue.count
    let start = random.integer(below: length - 2 * probeLength)
    /// The last position at which another pair begins.
    let lastStart = length - probeLength - keyLength - valueLength

    var sequence = RecallSequence(capacity: length)
    var map: [[Int32]: [Int32]] = [:]
    var isProbeShown = false
    func append(_ key: [Int32], _ value: [Int32], isKnown: Bool) {
      sequence.append(key, asked: false)
      sequence.append(value, asked: isKnown)
      if !isKnown { map[key] = value }
    }
    while sequence.count <= lastStart {
      if !isProbeShown, sequence.count >= start {
        append(probeKey, probeValue, isKnown: false)
        isProbeShown = true
        continue
      }
      let key = drawKey(split, &random)
      let known = map[key]
      let value = known ?? (key == probeKey ? probeValue : drawValue(&random))
      if !isProbeShown, sequence.count + key.count + value.count > lastStart {
        append(probeKey, probeValue, isKnown: false)
        isProbeShown = true
      } else {
        append(key, value, isKnown: known != nil)
        isProbeShown = isProbeShown || key == probeKey
      }
    }
    append(probeKey, probeValue, isKnown: true)
    return sequence.example(split, padding: Int32(vocabulary - 1), inputLength: length)
  }

  private func drawKey(_ split: Split, _ random: inout RandomStream) -> [Int32] {
    selection(split == .test ? keyLength : 1 + random.integer(below: keyLength), from: keyTokens, &random)
  }

  private func drawValue(_ random: inout RandomStream) -> [Int32] {
    selection(1 + random.integer(below: valueLength), from: valueTokens, &random)
  }

  /// A uniform ordered selection of `count` distinct tokens: what was drawn before is drawn again.
  private func selection(_ count: Int, from tokens: Range<Int>, _ random: inout RandomStream) -> [Int32] {
    var selected: [Int32] = []
    selected.reserveCapacity(count)
    while selected.count < count {
      let token = random.token(in: tokens)
      if !selected.contains(token) { selected.append(token) }
    }
    return selected
  }
}
