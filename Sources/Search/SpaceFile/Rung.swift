/// One fidelity of the ladder.
public struct Rung: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A built-in protocol or a file; `dim` is the protocol's own unless given.
    case mad(protocol: String, dim: Int?)
    case perplexity(PerplexityRung)
    case isoflop(IsoFLOPRung)

    public var name: String {
      switch self {
      case .mad: "mad"
      case .perplexity: "perplexity"
      case .isoflop: "isoflop"
      }
    }

    /// What it trains on, by name or a file; none for tasks.
    public var corpus: String? {
      switch self {
      case .mad: nil
      case .perplexity(let rung): rung.corpus
      case .isoflop(let rung): rung.corpus
      }
    }

    /// Bytes of a sequence of text; none for tasks.
    public var length: Int? {
      switch self {
      case .mad: nil
      case .perplexity(let rung): rung.length
      case .isoflop(let rung): rung.length
      }
    }
  }

  /// Bytes of a sequence of text unless given.
  public static let standardLength = 256
  /// The lengths that a space may give.
  static let lengths = 1...65_536

  public var kind: Kind
  /// The share of the candidates that goes on to the next rung; none after the last.
  public var promote: Double?

  public init(_ kind: Kind, promote: Double? = nil) { (self.kind, self.promote) = (kind, promote) }
}

/// One training on text at one width.
public struct PerplexityRung: Hashable, Sendable {
  /// What the trainings of all candidates have in common.
  public enum Amount: Hashable, Sendable {
    case tokens(Int)
    /// Of a training: the dearer a token, the fewer.
    case flops(Double)
  }

  public static let standardCorpus = "default"
  public static let standardDim = 128

  /// By name or a file.
  public var corpus: String
  public var dim: Int
  /// Bytes of a sequence.
  public var length: Int
  public var amount: Amount

  public init(corpus: String, dim: Int, length: Int = Rung.standardLength, amount: Amount) {
    (self.corpus, self.dim, self.length, self.amount) = (corpus, dim, length, amount)
  }
}

/// Trainings on text at several sizes for each FLOP budget.
public struct IsoFLOPRung: Hashable, Sendable {
  /// The target unless given, in budgets.
  static let standardReach = 10.0

  /// By name or a file.
  public var corpus: String
  /// Bytes of a sequence.
  public var length: Int
  /// Growing.
  public var budgets: [Double]
  /// Models for each budget.
  public var sizes: Int
  /// The FLOPs at which the scaled loss is extrapolated.
  public var target: Double

  /// - Parameter target: ten times the last budget unless given.
  public init(
    corpus: String, length: Int = Rung.standardLength, budgets: [Double], sizes: Int, target: Double? = nil
  ) {
    (self.corpus, self.length, self.budgets, self.sizes) = (corpus, length, budgets, sizes)
    self.target = target ?? Self.standardReach * (budgets.last ?? 0)
  }
}
