import Foundation

/// The normal distribution.
public enum Normal {
  public static func density(_ z: Double) -> Double { exp(-z * z / 2) / (2 * Double.pi).squareRoot() }

  /// The probability of a value up to `z`.
  public static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The value that is not exceeded with a probability between 0 and 1; found by bisection to double precision.
  public static func quantile(_ probability: Double) -> Double {
    if probability <= 0 { return -.infinity }
    if probability >= 1 { return .infinity }
    if probability > 0.5 { return -quantile(1 - probability) }
    var (low, high) = (-39.0, 0.0)
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { return middle }
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
  }
}

/// Ranks as targets: they resist outliers and any monotone change of the values.
public enum NormalScores {
  /// The ranks from 1, equal values sharing their mean rank; NaN ranks with infinity, last.
  public static func ranks(_ values: [Double]) -> [Double] {
    let values = values.map { $0.isNaN ? .infinity : $0 }
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = values.map { _ in 0.0 }
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
      start = end + 1
    }
    return ranks
  }

  /// The normal quantiles of the ranks (Blom 1958: (rank - 3/8) / (n + 1/4)).
  public static func scores(_ values: [Double]) -> [Double] {
    ranks(values).map { Normal.quantile(($0 - 0.375) / (Double(values.count) + 0.25)) }
  }
}
