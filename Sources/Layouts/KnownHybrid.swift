import Architecture
import Text

/// The pattern of layers of a published model, to seed a search with and to compare with.
public struct KnownHybrid: Sendable, Equatable {
  public let name: String
  /// The repeating unit, in layout notation; `nil` if the pattern has none.
  public let stripe: String?
  /// The layers of the published model, in layout notation; `nil` if the model is the stripe at any depth.
  public let published: String?
  /// The paper or model that the pattern is from.
  public let source: String
  /// What stands for an original part that is not among the primitives, and other departures from the model.
  public let note: String?

  init(_ name: String, stripe: String? = nil, published: String? = nil, source: String, note: String? = nil) {
    (self.name, self.stripe, self.published) = (name, stripe, published)
    (self.source, self.note) = (source, note)
  }

  /// The published layers, or the stripe where no depth is part of the pattern.
  public var pattern: String { published ?? stripe ?? "" }

  /// Shares of attention among the sequence mixers of a pattern.
  public struct AttentionShare: Sendable, Equatable {
    /// With and without a window.
    public let all: Double
    /// Over the whole past.
    public let full: Double
  }

  /// - Throws: `NotationError` if the pattern is no layout.
  public func attentionShare() throws(NotationError) -> AttentionShare { try Layout(parsing: pattern).attentionShare }
}

extension Layout {
  /// The shares of attention among the layers with sequence mixers; 0 if there are none.
  public var attentionShare: KnownHybrid.AttentionShare {
    let mixers = layers.filter(\.hasSequenceMixer)
    func share(_ isCounted: ([LayerPrimitive]) -> Bool) -> Double {
      mixers.isEmpty ? 0 : Double(mixers.count(where: isCounted)) / Double(mixers.count)
    }
    return .init(all: share { $0.has(.attention) }, full: share(\.hasFullAttention))
  }
}

/// Why a name is not that of a known hybrid, or why a hybrid does not come in a depth.
public struct HybridError: ReportedError, Equatable, Sendable {
  public var fault: Fault { .commandLine }
  /// What was found and what is allowed, on one line.
  public let description: String

  init(_ description: String) { self.description = description }
}
