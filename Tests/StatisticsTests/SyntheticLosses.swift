import Foundation

/// Losses of known coefficients, as in `reference_fits.py`.
enum SyntheticLosses {
  /// From `10^low` to `10^high`, evenly in logarithms.
  static func powersOfTen(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    (0..<count).map { pow(10, low + (high - low) * Double($0) / Double(count - 1)) }
  }

  static func noisy(_ losses: [Double]) -> [Double] {
    losses.enumerated().map { $1 * exp(0.01 * sin(Double($0 * $0) * 0.7)) }
  }

  /// Every ninth is 1.4 times as large.
  static func spoilt(_ losses: [Double]) -> [Double] {
    losses.enumerated().map { $0 % 9 == 4 ? 1.4 * $1 : $1 }
  }

  static let compute = powersOfTen(17, 22, 12)
  static let powerLaw = compute.map { 1.7 + 400 * pow($0, -0.13) }

  /// Six sizes for each of six numbers of tokens.
  static let parameters = (0..<36).map { powersOfTen(7, 10, 6)[$0 % 6] }
  static let tokens = (0..<36).map { powersOfTen(9, 11.5, 6)[$0 / 6] }
  static let parametric = zip(parameters, tokens).map { 1.69 + 406.4 * pow($0, -0.34) + 410.7 * pow($1, -0.28) }
}

extension Double {
  /// Whether it differs from another by a share of that at most.
  func isNear(_ other: Double, _ share: Double) -> Bool { abs(self - other) <= share * abs(other) }
}
