/// An option as its primitive declares and reads it: what people see of it, and its value in the type of that primitive.
/// The default is said here and nowhere else.
struct Option<Value: Sendable>: DeclaredOption {
  let specification: OptionSpecification
  /// The value that was given, or the default.
  let value: @Sendable (_ given: OptionValue?) -> Value
}

protocol DeclaredOption: Sendable {
  var specification: OptionSpecification { get }
}

extension Option where Value == Int {
  static func integer(
    _ name: String, aliases: [String] = [], default value: Int, in range: ClosedRange<Int>, _ summary: String
  ) -> Self {
    Self(specification: .init(name, aliases, .integer(range), default: .integer(value), summary)) { given in
      if case .integer(let number)? = given { number } else { value }
    }
  }
}

extension Option where Value == Int? {
  /// A number that is derived or off unless given; the summary says which.
  /// - Parameters:
  ///   - usual: what holds if neither this option nor the other one is given.
  ///   - other: the option that says the same in another way; one of the two may be given.
  static func integer(
    _ name: String, aliases: [String] = [], usually usual: Int? = nil, insteadOf other: String? = nil,
    in range: ClosedRange<Int>, _ summary: String
  ) -> Self {
    let specification = OptionSpecification(
      name, aliases, .integer(range), default: usual.map(OptionValue.integer), insteadOf: other, summary)
    return Self(specification: specification) { given in if case .integer(let number)? = given { number } else { nil } }
  }
}

extension Option where Value: RawRepresentable<String> & CaseIterable {
  /// One of the words of an enumeration.
  static func word(_ name: String, aliases: [String] = [], default value: Value, _ summary: String) -> Self {
    let kind = OptionSpecification.Kind.word(Value.allCases.map(\.rawValue))
    return Self(specification: .init(name, aliases, kind, default: .word(value.rawValue), summary)) { given in
      if case .word(let word)? = given, let chosen = Value(rawValue: word) { chosen } else { value }
    }
  }
}

extension Option where Value == Bool {
  static func flag(_ name: String, aliases: [String] = [], default value: Bool, _ summary: String) -> Self {
    Self(specification: .init(name, aliases, .flag, default: .flag(value), summary)) { given in
      if case .flag(let flag)? = given { flag } else { value }
    }
  }
}
