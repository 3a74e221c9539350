import Architecture

/// A sequence of key-value pairs that is being written: its tokens, and which of them a test asks for.
struct RecallSequence {
  private var tokens: [Int32] = []
  /// For each token, the token itself if a test asks to predict it.
  private var asked: [Int32] = []

  init(capacity: Int) {
    tokens.reserveCapacity(capacity)
    asked.reserveCapacity(capacity)
  }

  var count: Int { tokens.count }

  mutating func append(_ new: some Collection<Int32>, asked isAsked: Bool) {
    tokens.append(contentsOf: new)
    if isAsked {
      asked.append(contentsOf: new)
    } else {
      asked.append(contentsOf: repeatElement(CrossEntropy.ignored, count: new.count))
    }
  }

  /// The sequence without its last token, padded on the left. In training the target of every position is the next
  /// token, in a test only if it is asked for.
  func example(_ split: Split, padding: Int32 = 0, inputLength: Int) -> Example {
    let pad = inputLength + 1 - tokens.count
    let aims = split == .training ? tokens : asked
    let start = split == .training ? padding : CrossEntropy.ignored
    return Example(
      tokens: repeatElement(padding, count: pad) + tokens.dropLast(),
      targets: Array((repeatElement(start, count: pad) + aims).dropFirst()))
  }
}
