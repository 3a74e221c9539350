import Configuration
import Text

/// What a space file asks of its candidates.
public struct ConstraintsFile: Hashable, Sendable {
  /// Bounds of the state, and the tokens after which it is counted.
  public struct State: Hashable, Sendable {
    public var bounds = Bounds()
    public var context: Int?
    public init() {}
  }

  public struct Share: Hashable, Sendable {
    /// A rule or a primitive.
    public let name: String
    public let bounds: Bounds
    public init(_ name: String, _ bounds: Bounds) { (self.name, self.bounds) = (name, bounds) }
  }

  public var parameters: Bounds?
  public var state: State?
  /// Forward FLOPs per token.
  public var flops: Bounds?
  public var layers: Bounds?
  public var shares: [Share] = []

  public init() {}

  static let table = FieldTable(
    Self(),
    [
      .init("parameters", \.parameters, Bounds.kind(.number(in: 0...1e15)), "Trained parameters of the model."),
      .init("state", \.state, .object(State.table), "Numbers kept per sequence after a context."),
      .init("flops", \.flops, Bounds.kind(.number(in: 0...1e18)), "Forward FLOPs per token."),
      .init("layers", \.layers, Bounds.kind(.whole(in: 1...1024)), "Layers of the layout."),
      .init(
        "share",
        .members(of: "rules or primitives", Bounds.kind(.number(in: 0...1))),
        "Shares of rules or primitives among the primitives of the same kind, from 0 to 1.",
        get: { $0.shares.isEmpty ? nil : $0.shares.map { (key: $0.name, value: $0.bounds) } },
        set: { $0.shares = $1.map { Share($0.key, $0.value) } }),
    ])
}

extension ConstraintsFile.State {
  static let table = Bounds.table(
    Self(), \.bounds, .number(in: 0...1e15),
    [.init("context", \.context, .integer(in: ModelSettings.contexts), "Tokens of the context.")])
}

/// Least and most; either may be missing.
public struct Bounds: Hashable, Sendable {
  public var min: Double?
  public var max: Double?
  public init(min: Double? = nil, max: Double? = nil) { (self.min, self.max) = (min, max) }

  public func contains(_ value: Double) -> Bool { value >= min ?? -.infinity && value <= max ?? .infinity }

  static func kind(_ number: FieldKind<Double>) -> FieldKind<Bounds> { .object(table(Self(), \.self, number)) }

  /// The table of what has bounds.
  fileprivate static func table<Root>(
    _ initial: Root, _ path: any WritableKeyPath<Root, Bounds> & Sendable, _ number: FieldKind<Double>,
    _ more: [Field<Root>] = []
  ) -> FieldTable<Root> {
    FieldTable(
      initial,
      [
        .init("min", number, "The least.", get: { $0[keyPath: path].min }, set: { $0[keyPath: path].min = $1 }),
        .init("max", number, "The most.", get: { $0[keyPath: path].max }, set: { $0[keyPath: path].max = $1 }),
      ] + more, choices: [.init(.atLeastOne, of: ["min", "max"], for: "a constraint")]
    ) { root, object, problems in
      let bounds = root[keyPath: path]
      guard let least = bounds.min, let most = bounds.max, least > most else { return }
      problems.add(
        "\(object.path).min", "it must be at most max, \(NumberText.short(most)), found \(NumberText.short(least))")
    }
  }
}

extension FieldKind where Value == Double {
  /// A whole number, kept like the others.
  static func whole(in range: ClosedRange<Int>) -> Self {
    FieldKind<Int>.integer(in: range).map({ Double($0) }, { Int($0) })
  }
}
