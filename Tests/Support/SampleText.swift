import Engine

/// Text of no author, the same for the same seed.
public enum SampleText {
  /// Sentences of made-up words: easier to predict than random bytes, and without long repeats.
  public static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = RandomStream(seed: seed, "sample text")
    let syllables = ["ba", "den", "fi", "lo", "mar", "nu", "sel", "to", "wi", "zer"]
    let words = (0..<60).map { _ in
      (0...random.integer(below: 3)).map { _ in syllables[random.integer(below: syllables.count)] }.joined()
    }
    var text: [UInt8] = []
    while text.count < count {
      let sentence = (0..<4 + random.integer(below: 8)).map { _ in words[random.integer(below: words.count)] }
      text += Array((sentence.joined(separator: " ") + ". ").utf8)
    }
    return Array(text.prefix(count))
  }
}
