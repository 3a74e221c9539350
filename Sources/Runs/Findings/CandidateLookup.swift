import Layouts

/// Finds candidates of a run by number, by the name of a known hybrid, or by layout.
public struct CandidateLookup: Sendable {
  private let candidates: [CandidateRecord]

  public init(_ candidates: [CandidateRecord]) { self.candidates = candidates }

  /// The numbers from the first to the last; nil if there are no candidates.
  public var numbers: ClosedRange<Int64>? {
    candidates.map(\.id).min().flatMap { least in candidates.map(\.id).max().map { least...$0 } }
  }

  public var hybrids: [String] { candidates.compactMap(\.hybrid) }

  public func candidate(number: Int64) -> CandidateRecord? { candidates.first { $0.id == number } }

  public func candidate(hybrid: String) -> CandidateRecord? { candidates.first { $0.hybrid == hybrid } }

  public func candidate(_ layout: Layout) -> CandidateRecord? { candidates.first { $0.layout == layout.canonical } }

  /// The candidates that fewest edits of layers make of a layout.
  public func nearest(to layout: Layout, count: Int) -> [CandidateRecord] {
    let wanted = layout.layers.indices.map(layout.text(layer:))
    let distances = candidates.compactMap { record -> (record: CandidateRecord, distance: Int)? in
      guard let own = try? Layout(parsing: record.layout) else { return nil }
      let distance = Self.edits(wanted, own.layers.indices.map(own.text(layer:)))
      return (record, distance)
    }
    return distances.sorted { ($0.distance, $0.record.id) < ($1.distance, $1.record.id) }.prefix(count).map(\.record)
  }

  /// Levenshtein distance over layers; one that differs in its options only counts half. In halves of an edit.
  private static func edits(_ a: [String], _ b: [String]) -> Int {
    func name(_ layer: String) -> Substring { layer.prefix { $0 != "(" } }
    var previous = (0...b.count).map { 2 * $0 }
    for (i, x) in a.enumerated() {
      var row = [2 * (i + 1)]
      for (j, y) in b.enumerated() {
        let change = x == y ? 0 : name(x) == name(y) ? 1 : 2
        row.append(min(previous[j + 1] + 2, row[j] + 2, previous[j] + change))
      }
      previous = row
    }
    return previous[b.count]
  }
}
