import Foundation

/// Numbers as text, the same in every locale.
public enum NumberText {
  /// E.g. `1,234,567`.
  public static func grouped(_ number: Int) -> String {
    (number < 0 ? "-" : "") + grouped(digits: String(number.magnitude))
  }

  /// E.g. `1,234.50`; whole numbers without decimals if `decimals` is 0.
  public static func fixed(_ number: Double, decimals: Int) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    guard number.magnitude < 1e15 else { return "\(number)" }
    let places = max(0, min(decimals, 9))
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (number.magnitude * scale).rounded()
    guard scaled < 9e18 else { return "\(number)" }
    let (whole, part) = UInt64(scaled).quotientAndRemainder(dividingBy: UInt64(scale))
    let sign = number < 0 && scaled > 0 ? "-" : ""
    let fraction = String(part)
    return sign + grouped(digits: String(whole))
      + (places == 0 ? "" : "." + String(repeating: "0", count: places - fraction.count) + fraction)
  }

  /// E.g. `0.3392`, `406.4`, `1.235e+12`.
  public static func significant(_ number: Double, digits: Int) -> String {
    guard number.isFinite else { return fixed(number, decimals: 0) }
    return String(format: "%.\(max(1, min(digits, 17)))g", number)
  }

  /// The shortest text that reads back as the same number, without `.0`.
  public static func exact(_ number: Double) -> String {
    if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return String(whole) }
    return "\(number)"
  }

  /// A number without decimals that say nothing, at most four: `3`, `0.25`, `1e-07`.
  public static func short(_ number: Double) -> String {
    if let whole = Int(exactly: number) { return String(whole) }
    let rounded = (number * 10_000).rounded() / 10_000
    return "\(rounded == 0 ? number : rounded)"
  }

  private static func grouped(digits: String) -> String {
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { grouped.append(",") }
      grouped.append(digit)
    }
    return grouped
  }
}
