import Configuration

/// One fidelity of the ladder, as a space file has it.
public struct Rung: Hashable, Sendable {
  /// The settings of its kind.
  public var entry: any RungEntry
  /// The share of the candidates that goes on to the next rung; none after the last.
  public var promote: Double?

  public init(_ entry: any RungEntry, promote: Double? = nil) { (self.entry, self.promote) = (entry, promote) }

  public static func == (one: Rung, other: Rung) -> Bool {
    AnyHashable(one.entry) == AnyHashable(other.entry) && one.promote == other.promote
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(entry))
    hasher.combine(promote)
  }
}

/// What a space file says of a rung of one kind.
public protocol RungEntry: Hashable, Sendable {
  /// The key under which a rung has it.
  static var key: String { get }
  static var summary: String { get }
  /// Rungs go from low to high.
  static var degree: Int { get }

  /// - Parameter before: the rungs before it, whose settings may be its defaults.
  static func fields(after before: [any RungEntry]) -> FieldTable<Self>
}

/// The kinds of rungs that a space file may have, and the rungs of one that names none. They are kept by who runs spaces.
public struct RungFormats: Sendable {
  let entries: [any RungEntry.Type]
  let standard: [Rung]

  public init(_ entries: [any RungEntry.Type], standard: [Rung]) { (self.entries, self.standard) = (entries, standard) }

  /// For a space that is not run: whatever rungs it has are left out.
  public static let ignored = RungFormats([], standard: [])
}
