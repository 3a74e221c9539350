/// What charts have in common: colours that people with any colour vision tell apart (Okabe and Ito 2008), and sizes.
enum ChartStyle {
  static let front = "#0072b2"
  static let hybrid = "#d55e00"
  static let dominated = "#9a9a9a"
  /// For groups, in turn.
  static let groups = [front, hybrid, "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
  static let ink = "#222222"
  static let faint = "#e4e4e4"

  static let textSize = 12.0
  static let labelSize = 10.5

  /// About how wide a text is, for want of the reader's font.
  static func width(of text: String, size: Double) -> Double { Double(text.count) * size * 0.53 }
}
