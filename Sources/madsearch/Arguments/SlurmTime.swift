/// Durations as Slurm writes them: `minutes:seconds`, `hours:minutes:seconds`, and with days in front `days-hours`,
/// `days-hours:minutes` and `days-hours:minutes:seconds`.
enum SlurmTime {
  /// - Returns: nil for anything else.
  static func hours(_ text: String) -> Double? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, let clock = halves.last else { return nil }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { part -> Double? in
      part.allSatisfy(\.isNumber) && part.utf8.count < 10 ? Double(part) : nil
    }
    guard !parts.contains(nil), (1...3).contains(parts.count) else { return nil }
    let numbers = parts.compactMap(\.self)
    if halves.count == 2 {
      guard halves[0].allSatisfy(\.isNumber), halves[0].utf8.count < 10, let days = Double(halves[0]) else {
        return nil
      }
      return 24 * days + zip(numbers, [1, 1 / 60.0, 1 / 3600.0]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    guard numbers.count > 1 else { return nil }
    return zip(numbers.reversed(), [1 / 3600.0, 1 / 60.0, 1]).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
