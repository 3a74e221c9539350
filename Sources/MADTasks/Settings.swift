import Architecture

/// Settings as text: `in-context-recall` is the baseline, `in-context-recall(vocabulary=32)` differs from it in one
/// variable. The canonical text is a setting's identity.
extension MADTask {
  /// The baseline with other values for some variables.
  /// - Throws: `TaskError` if a variable is unknown, given twice or out of range, or if values do not fit together.
  public init(_ values: [(variable: String, value: String)]) throws {
    self.init()
    var seen: Set<String> = []
    for (name, value) in values {
      guard let variable = Self.variables.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
        throw TaskError.unknownVariable(name, task: Self.name, known: Self.variables.map(\.name))
      }
      guard seen.insert(variable.name).inserted else {
        throw TaskError.repeatedVariable(variable.name, task: Self.name)
      }
      try variable.set(value, in: &self)
    }
    guard trainingExamples <= Dataset.mostTokens / length else {
      throw TaskError.tooLarge(task: Self.name, examples: trainingExamples, length: length)
    }
    try validate()
  }

  /// The task and what differs from its baseline, in declared order, e.g. `selective-copying(length=512, copies=32)`.
  public var identity: String {
    let baseline = Self()
    let different = Self.variables.filter { $0.text(in: self) != $0.text(in: baseline) }
    if different.isEmpty { return Self.name }
    return "\(Self.name)(\(different.map { "\($0.name)=\($0.text(in: self))" }.joined(separator: ", ")))"
  }

  /// The value of each variable, in declared order.
  public var values: [(variable: String, value: String)] {
    Self.variables.map { ($0.name, $0.text(in: self)) }
  }

  /// What a setting can vary, for lists.
  public static var variableDescriptions: [TaskVariableDescription] {
    let baseline = Self()
    return variables.map {
      TaskVariableDescription(
        name: $0.name, aliases: $0.aliases, summary: $0.summary, allowed: $0.allowed, baseline: $0.text(in: baseline))
    }
  }

  /// An error that names this task.
  func unsuitable(_ reason: String) -> TaskError { .unsuitable(task: Self.name, reason: reason) }

  /// - Throws: `TaskError.unsuitable` if the length is odd.
  func requireEvenLength() throws {
    guard length.isMultiple(of: 2) else { throw unsuitable("the length must be even, found \(length)") }
  }
}

/// Splits `task(variable=value, …)` into its parts.
enum SettingNotation {
  /// - Throws: `TaskError.malformed`.
  static func parse(_ text: String) throws -> (task: String, values: [(variable: String, value: String)]) {
    let text = text.trimmed
    guard let open = text.firstIndex(of: "(") else {
      guard !text.isEmpty else { throw TaskError.malformed(text, reason: "it is empty") }
      return (text, [])
    }
    let name = text[..<open].trimmed
    guard !name.isEmpty else { throw TaskError.malformed(text, reason: "a name must stand before '('") }
    guard text.last == ")" else { throw TaskError.malformed(text, reason: "')' must stand at the end") }
    let inner = text[text.index(after: open)...].dropLast().trimmed
    if inner.isEmpty { return (name, []) }
    let values = try inner.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(\.trimmed)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw TaskError.malformed(text, reason: "'\(part.trimmed)' is not variable=value")
      }
      return (variable: sides[0], value: sides[1])
    }
    return (name, values)
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  fileprivate var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
