import Foundation
import Text

/// Maps numbers to places along an axis, and chooses where its ticks stand.
public struct ChartScale: Sendable {
  public enum Kind: Sendable { case linear, logarithmic }

  public let kind: Kind
  /// The numbers at the ends, apart from each other.
  public let least, most: Double

  /// A linear scale over some numbers with a little room at both ends.
  public static func linear(_ values: [Double], room: Double = 0.06) -> Self {
    let (least, most) = ends(values)
    let width = most > least ? most - least : max(abs(least) * 0.2, 1e-3)
    return Self(kind: .linear, least: least - room * width, most: most + room * width)
  }

  /// A logarithmic scale over some numbers; those below one, which costs may be, stand at one.
  public static func logarithmic(_ values: [Double], room: Double = 0.06) -> Self {
    let (first, last) = ends(values)
    let (least, most) = (max(first, 1), max(last, 1))
    let width = most > least ? log10(most / least) : 0.3
    return Self(kind: .logarithmic, least: least * pow(10, -room * width), most: most * pow(10, room * width))
  }

  private static func ends(_ values: [Double]) -> (Double, Double) {
    let values = values.filter { $0.isFinite && abs($0) < 1e250 }
    return (values.min() ?? 0, values.max() ?? 0)
  }

  /// Where a number stands: 0 at the least, 1 at the most.
  public func share(_ value: Double) -> Double {
    switch kind {
    case .linear: (value - least) / (most - least)
    case .logarithmic: log10(max(value, 1) / least) / log10(most / least)
    }
  }

  /// Round numbers within the scale, about as many as asked for.
  public func ticks(_ count: Int) -> [Double] {
    guard kind == .logarithmic else { return Self.roundNumbers(least, most, count) }
    let decades = log10(most / least)
    if decades < 1 { return Self.roundNumbers(least, most, count) }
    let steps: [Double] = decades < 2 ? [1, 2, 5] : decades < 4 ? [1, 3] : [1]
    let powers = Int(log10(least).rounded(.down))...Int(log10(most).rounded(.up))
    let every = max(1, Int((decades / Double(max(count, 1))).rounded(.up)))
    return powers.filter { $0.isMultiple(of: every) }.flatMap { power in steps.map { $0 * pow(10, Double(power)) } }
      .filter { $0 >= least && $0 <= most }
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private static func roundNumbers(_ least: Double, _ most: Double, _ count: Int) -> [Double] {
    let rough = (most - least) / Double(max(count, 1))
    guard rough > 0, rough.isFinite else { return [least] }
    let power = pow(10, log10(rough).rounded(.down))
    let step = power * ([1, 2, 5].first { $0 * power >= rough } ?? 10)
    let (first, last) = ((least / step).rounded(.up), (most / step).rounded(.down))
    guard abs(first) < 1e15, abs(last) < 1e15, first <= last else { return [least] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// Texts for ticks, with as many decimals as tell them apart.
  public static func texts(_ ticks: [Double], isShort: Bool) -> [String] {
    for decimals in 0..<6 {
      let texts = ticks.map { isShort ? short($0, decimals: decimals) : NumberText.fixed($0, decimals: decimals) }
      let isExact = zip(texts, ticks).allSatisfy { text, tick in
        abs(value(of: text) - tick) <= 1e-9 * max(abs(tick), 1e-9)
      }
      if isExact { return texts }
    }
    return ticks.map { NumberText.exact($0) }
  }

  private static let units: [(letter: String, size: Double)] = [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)]

  /// E.g. `1.5M`; a unit without need for decimals has none.
  private static func short(_ value: Double, decimals: Int) -> String {
    guard let unit = units.first(where: { abs(value) >= $0.size }) else {
      return trimmed(NumberText.fixed(value, decimals: decimals))
    }
    return trimmed(NumberText.fixed(value / unit.size, decimals: decimals)) + unit.letter
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    let kept = text.reversed().drop { $0 == "0" }
    return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
  }

  private static func value(of text: String) -> Double {
    let unit = units.first { text.hasSuffix($0.letter) }
    let digits = (unit == nil ? text[...] : text.dropLast()).filter { $0 != "," }
    return (Double(digits) ?? .nan) * (unit?.size ?? 1)
  }
}
