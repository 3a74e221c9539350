import Engine

/// Noisy in-context recall: in-context recall with pairs of noise tokens strewn in.
///
/// The N highest of V tokens are noise; keys and values share the other V − N. Each of the first L/2 − 1 pairs is with
/// probability `noise` replaced by two uniform noise tokens, which no test asks for; one uniformly drawn pair never is.
public struct NoisyInContextRecall: MADTask {
  public static let name = "noisy-in-context-recall"
  public static let summary = "in-context recall with noise tokens strewn in"
  public static let variables: [TaskVariable<Self>] = [
    .vocabulary(\.vocabulary, atLeast: 5, "keys, values and noise tokens together"),
    .length(\.length, atLeast: 4, "tokens of all pairs; even"),
    .examples(\.trainingExamples),
    .integer(
      "noise_tokens", \.noiseTokens, in: 1...999_996, aliases: ["noise_vocab_size"],
      "how many tokens of the vocabulary are noise"),
    .number("noise", \.noise, in: 0...1, aliases: ["frac_noise"], "share of pairs that are replaced by noise"),
  ]

  public private(set) var vocabulary = 32
  public private(set) var length = 128
  public private(set) var trainingExamples = 12_800
  public private(set) var noiseTokens = 16
  public private(set) var noise = 0.2

  public init() {}

  public func validate() throws {
    try requireEvenLength()
    guard vocabulary >= noiseTokens + 4 else {
      throw unsuitable(
        "noise_tokens must leave at least 4 of the vocabulary for keys and values, "
          + "found noise_tokens \(noiseTokens) and vocabulary \(vocabulary)")
    }
  }

  public var inputLength: Int { length - 1 }
  public var chance: Double { 1 / Double(keyValueTokens - keyValueTokens / 2) }

  private var keyValueTokens: Int { vocabulary - noiseTokens }

  public func example(split: Split, index: Int, dataSeed: UInt64) -> Example {
    var random = Self.stream(dataSeed, split, index)
    var pairs = RecallPairs(keyValueTokens: keyValueTokens, length: length)
    let neverNoise = random.integer(below: length / 2 - 1)
    for position in 0..<length / 2 - 1 {
      if position != neverNoise, random.uniform() < noise {
        pairs.appendNoise(keyValueTokens..<vocabulary, &random)
      } else {
        pairs.appendPair(&random)
      }
    }
    pairs.appendProbe(&random)
    return pairs.sequence.example(split, inputLength: inputLength)
  }
}
