import Architecture
import Engine

/// Selective copying: repeat the content tokens of a sequence in order, without the blanks between them.
///
/// Tokens 0 … V − 3 are content, V − 2 is blank, V − 1 the instruction to copy. A sequence of L tokens is n content tokens
/// with L − 2n − 1 blanks among them, each in a uniform one of the n gaps before a content token; the instruction; and n
/// blanks, at which the content tokens are asked for, in training and test.
public struct SelectiveCopying: MADTask {
  public static let name = "selective-copying"
  public static let summary = "repeat the content tokens in order, without the blanks between them"
  public static let variables: [TaskVariable<Self>] = [
    .vocabulary(\.vocabulary, atLeast: 4, "content tokens, the blank and the copy instruction"),
    .length(\.length, atLeast: 4),
    .examples(\.trainingExamples),
    .integer("copies", \.copies, in: 1...524_287, aliases: ["num_tokens_to_copy"], "tokens to copy"),
  ]

  public private(set) var vocabulary = 16
  public private(set) var length = 256
  public private(set) var trainingExamples = 12_800
  public private(set) var copies = 16

  public init() {}

  public func validate() throws {
    guard length > 2 * copies + 1 else {
      throw unsuitable(
        "the length must be more than 2 · copies + 1 = \(2 * copies + 1), found length \(length) and copies \(copies)")
    }
  }

  public var chance: Double { 1 / Double(vocabulary - 2) }

  public func example(split: Split, index: Int, dataSeed: UInt64) -> Example {
    var random = Self.stream(dataSeed, split, index)
    let (blank, copy) = (Int32(vocabulary - 2), Int32(vocabulary - 1))
    let content = (0..<copies).map { _ in random.token(in: 0..<vocabulary - 2) }
    var gaps = [Int](repeating: 0, count: copies)
    for _ in 0..<length - 2 * copies - 1 { gaps[random.integer(below: copies)] += 1 }

    var tokens: [Int32] = []
    tokens.reserveCapacity(length)
    for (gap, token) in zip(gaps, content) {
      tokens.append(contentsOf: repeatElement(blank, count: gap))
      tokens.append(token)
    }
    tokens.append(copy)
    tokens.append(contentsOf: repeatElement(blank, count: copies))
    return Example(
      tokens: tokens, targets: repeatElement(CrossEntropy.ignored, count: length - copies) + content)
  }
}
