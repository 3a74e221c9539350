import Text

/// What stands in a row under a column, or beside a name.
public enum Cell: Sendable, Equatable {
  case nothing
  case text(String)
  /// `yes` and `no` for people, `true` and `false` for programs.
  case flag(Bool)
  case integer(Int)
  /// A number that text shows with so many decimals; CSV and JSON give all its digits.
  case number(Double, decimals: Int = 1)
  /// A number that text shows with so many significant digits; CSV and JSON give all its digits.
  case significant(Double, digits: Int = 4)
  /// A value that each form shows in its own way.
  case value(JSONValue, csv: String, text: String)

  /// Texts with commas between for people, semicolons in CSV.
  public static func list(_ texts: [String]) -> Self {
    .value(.list(texts.map(JSONValue.text)), csv: texts.joined(separator: "; "), text: texts.joined(separator: ", "))
  }

  // MARK: Nothing where there is no value

  public static func text(or text: String?) -> Self { text.map(Self.text) ?? .nothing }
  public static func integer(or number: Int?) -> Self { number.map(Self.integer) ?? .nothing }
  public static func number(or number: Double?, decimals: Int = 1) -> Self {
    number.map { .number($0, decimals: decimals) } ?? .nothing
  }
  public static func significant(or number: Double?, digits: Int = 4) -> Self {
    number.map { .significant($0, digits: digits) } ?? .nothing
  }

  // MARK: The forms

  var isNumber: Bool {
    switch self {
    case .integer, .number, .significant: true
    case .nothing, .text, .flag, .value: false
    }
  }

  /// For people: digits in groups of three, one line.
  public var text: String {
    switch self {
    case .nothing: ""
    case .text(let text), .value(_, _, let text): String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }).printable
    case .flag(let flag): flag ? "yes" : "no"
    case .integer(let number): NumberText.grouped(number)
    case .number(let number, let decimals): NumberText.fixed(number, decimals: decimals)
    case .significant(let number, let digits): NumberText.significant(number, digits: digits)
    }
  }

  /// A field of CSV before it is quoted.
  public var csv: String {
    switch self {
    case .nothing: ""
    case .text(let text), .value(_, let text, _): text
    case .flag(let flag): String(flag)
    case .integer(let number): String(number)
    case .number(let number, _), .significant(let number, _): number.isFinite ? NumberText.exact(number) : ""
    }
  }

  public var json: JSONValue {
    switch self {
    case .nothing: .null
    case .text(let text): .text(text)
    case .flag(let flag): .flag(flag)
    case .integer(let number): .integer(number)
    case .number(let number, _), .significant(let number, _): .number(number)
    case .value(let value, _, _): value
    }
  }
}
