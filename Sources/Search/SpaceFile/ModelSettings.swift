import Configuration

/// The model whose costs are counted.
public struct ModelSettings: Hashable, Sendable {
  public var dim = 128
  /// Tokens at which FLOPs and state are counted; that of the state's constraint unless given, else 1 024.
  public var context: Int?
  /// The longest sequence that a model is made for; the context unless given.
  public var maxLength: Int?
  public var vocabulary = 256

  public init() {}

  /// The tokens of a context that a file may give.
  static let contexts = 1...1_048_576

  static let table = FieldTable(
    Self(),
    [
      .init("dim", \.dim, .integer(in: 1...16_384), "Width."),
      .init(
        "context", \.context, .integer(in: contexts),
        "Tokens at which FLOPs and state are counted; the context of the state's constraint unless given, else 1024."),
      .init(
        "max-length", \.maxLength, .integer(in: contexts),
        "The longest sequence models are made for; the context unless given."),
      .init("vocabulary", \.vocabulary, .integer(in: 1...1_000_000), "Number of different tokens."),
    ])
}
