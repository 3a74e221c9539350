import Architecture
import Engine

/// Compression: rebuild a random sequence from the encoding at its last position.
///
/// A sequence is L − 1 uniform tokens from 0 … V − 2 and the compression token V − 1. The auto-encoder must rebuild all L
/// of them, in training and test.
public struct Compression: MADTask {
  public static let name = "compression"
  public static let summary = "rebuild a random sequence from the encoding at its last position"
  public static let variables: [TaskVariable<Self>] = [
    .vocabulary(\.vocabulary, atLeast: 3, "random tokens and the compression token"),
    .length(\.length, atLeast: 2, "sequence length with the compression token"),
    .examples(\.trainingExamples),
  ]

  public private(set) var vocabulary = 16
  public private(set) var length = 32
  public private(set) var trainingExamples = 12_800

  public init() {}

  public func validate() throws {}

  public var backbone: Model.Backbone { .autoEncoder }
  public var chance: Double { 1 / Double(vocabulary) }

  public func example(split: Split, index: Int, dataSeed: UInt64) -> Example {
    var random = Self.stream(dataSeed, split, index)
    var tokens = (0..<length - 1).map { _ in random.token(in: 0..<vocabulary - 1) }
    tokens.append(Int32(vocabulary - 1))
    return Example(tokens: tokens, targets: tokens)
  }
}
