import Configuration

/// What candidates are made equal in.
public struct NormalizeSettings: Hashable, Sendable {
  /// Numbers of state per sequence mixer.
  public var state: Int?
  /// Trained parameters of the model.
  public var parameters: Int?

  public init() {}

  static let table = FieldTable(
    Self(),
    [
      .init(
        "state", \.state, .integer(in: 1...1_000_000_000), "Numbers of state per sequence mixer of fixed state."),
      .init(
        "parameters", \.parameters, .integer(in: 1...2_000_000_000),
        "Parameters of the model, by the width of its channel mixers."),
    ])
}
