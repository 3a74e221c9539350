import Foundation

/// How two measurements of the same things go together, from -1 to 1.
public enum Correlation: String, CaseIterable, Sendable {
  /// Of the values: how near they are to a line.
  case pearson
  /// Of the ranks, equal values sharing their mean rank.
  case spearman
  /// τ-b: concordant less discordant pairs, over the pairs that are not tied (Kendall 1945).
  case kendall

  /// The coefficient of pairs of values.
  /// - Returns: nil if it is not defined: fewer than two pairs, a side without variation, a NaN, or for Pearson's a value
  ///   that is not finite.
  public func coefficient(_ x: [Double], _ y: [Double]) -> Double? {
    guard x.count == y.count, x.count > 1, !x.contains(where: \.isNaN), !y.contains(where: \.isNaN) else { return nil }
    return switch self {
    case .pearson: pearsonCoefficient(x, y)
    case .spearman: pearsonCoefficient(NormalScores.ranks(x), NormalScores.ranks(y))
    case .kendall: kendallCoefficient(x, y)
    }
  }
}

private func pearsonCoefficient(_ x: [Double], _ y: [Double]) -> Double? {
  guard let x = direction(x), let y = direction(y) else { return nil }
  let coefficient = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
  return min(max(coefficient, -1), 1)
}

/// The deviations from the mean at length 1, or nil if all values are equal or not finite.
private func direction(_ values: [Double]) -> [Double]? {
  guard values.contains(where: { $0 != values[0] }) else { return nil }
  let mean = values.reduce(0, +) / Double(values.count)
  let deviations = values.map { $0 - mean }
  // Squares of very large or small deviations would leave the range of a double.
  let largest = deviations.reduce(0) { max($0, $1.magnitude) }
  guard largest > 0, largest.isFinite else { return nil }
  let scaled = deviations.map { $0 / largest }
  let length = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return length.isFinite ? scaled.map { $0 / length } : nil
}

/// In n log n steps (Knight 1966): discordant pairs are the exchanges that sorting by y takes after sorting by x.
private func kendallCoefficient(_ x: [Double], _ y: [Double]) -> Double? {
  let order = x.indices.sorted { (x[$0], y[$0]) < (x[$1], y[$1]) }
  let (sortedX, sortedY) = (order.map { x[$0] }, order.map { y[$0] })
  let pairs = x.count * (x.count - 1) / 2
  let tiedX = tiedPairs(x.count) { sortedX[$0] == sortedX[$1] }
  let tiedBoth = tiedPairs(x.count) { sortedX[$0] == sortedX[$1] && sortedY[$0] == sortedY[$1] }
  var byY = sortedY
  let discordant = exchangesOfSorting(&byY)
  let tiedY = tiedPairs(x.count) { byY[$0] == byY[$1] }
  guard tiedX < pairs, tiedY < pairs else { return nil }
  let difference = Double(pairs - tiedX - tiedY + tiedBoth - 2 * discordant)
  let coefficient = difference / Double(pairs - tiedX).squareRoot() / Double(pairs - tiedY).squareRoot()
  return min(max(coefficient, -1), 1)
}

/// Pairs within runs of equal neighbours.
private func tiedPairs(_ count: Int, areEqual: (Int, Int) -> Bool) -> Int {
  var (pairs, run) = (0, 0)
  for index in 1..<max(count, 1) {
    run = areEqual(index - 1, index) ? run + 1 : 0
    pairs += run
  }
  return pairs
}

/// Sorts by merging; counts the pairs that stand in the wrong order.
private func exchangesOfSorting(_ values: inout [Double]) -> Int {
  var (from, exchanges, width) = (values, 0, 1)
  while width < from.count {
    var merged: [Double] = []
    merged.reserveCapacity(from.count)
    for start in stride(from: 0, to: from.count, by: 2 * width) {
      let (middle, end) = (min(start + width, from.count), min(start + 2 * width, from.count))
      var (left, right) = (start, middle)
      while left < middle || right < end {
        if right == end || (left < middle && from[left] <= from[right]) {
          merged.append(from[left])
          left += 1
        } else {
          merged.append(from[right])
          right += 1
          exchanges += middle - left
        }
      }
    }
    from = merged
    width *= 2
  }
  values = from
  return exchanges
}
