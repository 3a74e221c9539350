import Engine

/// One kind of computation with options. A *sequence mixer* moves information along time, a *channel mixer* acts on each
/// position.
///
/// A primitive is a value that says what there is to compute (parameters, costs); its `Kernel` computes it. Both live in
/// the primitive's own file, and one line in `Primitives.all` makes it known everywhere.
public protocol Primitive: Sendable {
  static var specification: PrimitiveSpecification { get }

  /// - Throws: `ArchitectureError.unsuitable` if the options do not fit together or not the width or length.
  init(_ options: OptionValues, in context: ModelContext) throws

  /// Removes options that say what would hold anyway. Nothing by default.
  static func simplify(_ options: inout OptionValues)

  /// The tensors in the order in which they are stored, constants included.
  var parameters: [Parameter] { get }

  /// What the primitive costs on sequences of `time` tokens.
  func costs(time: Int) -> Costs

  /// The computation on micro-batches of up to `site.sequences` sequences of `site.time` tokens.
  func makeKernel(_ site: inout KernelSite) -> any Kernel
}

extension Primitive {
  public static func simplify(_ options: inout OptionValues) {}

  /// That the options do not fit together, or not the width or length.
  static func unsuitable(_ reason: String) -> ArchitectureError {
    .unsuitable(primitive: specification.name, reason: reason)
  }

  /// The number of trained parameters.
  public var parameterCount: Int { parameters.filter(\.isTrained).reduce(0) { $0 + $1.count } }
}

/// What the layers of one model have in common.
public struct ModelContext: Sendable {
  public let dim: Int
  /// The longest sequence that the model is made for: the length of implicit filters.
  public let maxLength: Int

  public init(dim: Int, maxLength: Int) { (self.dim, self.maxLength) = (dim, maxLength) }
}

/// The description of a primitive for people, parsers and lists.
public struct PrimitiveSpecification: Sendable {
  public enum Kind: String, Sendable { case sequenceMixer = "sequence mixer", channelMixer = "channel mixer" }

  /// How a primitive moves information along time.
  public enum Family: String, Sendable, CaseIterable {
    /// By weights on all that is in sight, which its cache keeps.
    case attention
    /// By a state of fixed size.
    case recurrence = "recurrent"
    /// By filters.
    case convolution = "convolutional"
    /// Not at all, or from the previous position alone.
    case channelMixer = "channel mixer"
  }

  public let name: String
  /// Other names, with the options they stand for, e.g. `mh-attention`.
  public let aliases: [Alias]
  public let family: Family
  public var kind: Kind { family == .channelMixer ? .channelMixer : .sequenceMixer }
  public let summary: String
  /// The paper, e.g. `arXiv 2312.00752`.
  public let source: String
  public let options: [OptionSpecification]

  public struct Alias: Sendable {
    public let name: String
    public let options: [(name: String, value: OptionValue)]
    init(_ name: String, _ options: [(name: String, value: OptionValue)] = []) {
      (self.name, self.options) = (name, options)
    }
  }

  init(
    name: String, aliases: [Alias] = [], family: Family, summary: String, source: String,
    options: [any DeclaredOption]
  ) {
    (self.name, self.aliases, self.family) = (name, aliases, family)
    (self.summary, self.source, self.options) = (summary, source, options.map(\.specification))
  }
}

/// Costs of a primitive or of a model.
public struct Costs: Sendable, Equatable {
  /// FLOPs per token of a forward pass: matrix products, scans and convolutions, 2 per multiply-add.
  public var forwardFLOPs: Double
  /// FLOPs per token of a training step; every product has two in its backward pass.
  public var trainingFLOPs: Double
  /// Numbers kept per sequence to generate the next token after a context of `time` tokens.
  public var state: Int
  /// The same without distilling long convolutions into recurrences: the exact cache.
  public var cache: Int

  public init(forwardFLOPs: Double, trainingFLOPs: Double? = nil, state: Int, cache: Int? = nil) {
    self.forwardFLOPs = forwardFLOPs
    self.trainingFLOPs = trainingFLOPs ?? 3 * forwardFLOPs
    self.state = state
    self.cache = cache ?? state
  }

  public static let none = Costs(forwardFLOPs: 0, state: 0)

  public static func + (a: Costs, b: Costs) -> Costs {
    Costs(
      forwardFLOPs: a.forwardFLOPs + b.forwardFLOPs, trainingFLOPs: a.trainingFLOPs + b.trainingFLOPs,
      state: a.state + b.state, cache: a.cache + b.cache)
  }
}
