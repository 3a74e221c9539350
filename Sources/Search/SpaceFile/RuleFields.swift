import Configuration
import Text

extension RuleFile {
  /// One way of writing a rule: an object whose first key says which.
  struct Form: Sendable {
    let summary: String
    let table: FieldTable<RuleFile>
    var key: String { table.fields[0].key }

    init(
      _ summary: String, _ fields: [Field<RuleFile>],
      check: @escaping @Sendable (inout RuleFile, JSONObject, inout Problems) -> Void = { _, _, _ in }
    ) {
      let depth = Field<RuleFile>(
        "depth", \.depth, .integer(in: 1...100), "How often the rule may be open inside itself; a recursion needs it.")
      (self.summary, table) = (summary, FieldTable(RuleFile(.empty), fields + [depth], check: check))
    }
  }

  static let forms = [sequence, choice, repetition, primitive, parallel, empty]

  /// The name of a rule, a layout, or one of the forms.
  static let kind = FieldKind<RuleFile>(
    schema: [.init("$ref", "#/definitions/rule")], showsDefault: false, read: { read($0, &$1) }, write: { $0.json })

  private static let list = FieldKind<[RuleFile]>.list(of: "rules", kind, count: 1...10_000)

  private static func read(_ place: JSONPlace, _ problems: inout Problems) -> RuleFile? {
    if case .text(let name) = place.value { return RuleFile(.name(name)) }
    guard case .object(let members) = place.value else {
      place.expected("a rule: a name, a layout or an object", &problems)
      return nil
    }
    let keys = members.map(\.key)
    let found = forms.filter { keys.contains($0.key) }
    if found.count == 1 { return found[0].table.read(place, &problems) }
    let known = forms.map(\.key)
    let words =
      found.isEmpty
      ? (keys.isEmpty ? "none" : keys.map { "'\($0)'" }.joined(separator: ", "))
        + (keys.map { suggestion(for: $0, among: known) }.first { !$0.isEmpty } ?? "")
      : found.map(\.key).joined(separator: " and ")
    problems.add(place.path, "a rule has one of the keys \(known.joined(separator: ", ")), found \(words)")
    return nil
  }

  private var json: JSONValue {
    if case .name(let name) = body { return .text(name) }
    // The first field of a form has a value for the rules of this form alone.
    return Self.forms.first { $0.table.fields[0].write(self) != nil }?.table.json(of: self) ?? .null
  }

  // MARK: Forms

  private static let sequence = Form(
    "One after the other.",
    [
      .init(
        "sequence", list, isRequired: true, "The rules.",
        get: { if case .sequence(let rules) = $0.body { rules } else { nil } }, set: { $0.body = .sequence($1) })
    ])

  private static let choice = Form(
    "One of several.",
    [
      .init(
        "choice", list, isRequired: true, "The alternatives.",
        get: { if case .choice(let rules, _) = $0.body { rules } else { nil } },
        set: { $0.body = .choice($1, weights: nil) }),
      .init(
        "weights", .list(of: "weights", .number(in: 0...1e9), count: 0...Int.max),
        "How often each alternative is drawn; 0 switches it off.",
        get: { if case .choice(_, let weights) = $0.body { weights } else { nil } },
        set: { if case .choice(let rules, _) = $0.body { $0.body = .choice(rules, weights: $1) } }),
    ]
  ) { rule, object, problems in
    guard let place = object["weights"], case .list(let weights) = place.value,
      case .list(let rules)? = object["choice"]?.value
    else { return }
    if weights.count != rules.count {
      problems.add(
        place.path,
        "there must be one weight for each of the \(rules.count) alternatives, found \(weights.count)")
    } else if case .choice(_, let read?) = rule.body, read.count == weights.count, !read.contains(where: { $0 > 0 }) {
      problems.add(place.path, "at least one weight must be above 0")
    }
  }

  private static let repetition = Form(
    "Several times, each time derived anew.",
    [
      .init(
        "repeat", kind, isRequired: true, "The rule.",
        get: { if case .repetition(let rule, _, _) = $0.body { rule } else { nil } },
        set: { $0.body = .repetition($1, least: 1, most: 1) }),
      .init(
        "times", times, isRequired: true, "How often, or the least and most.",
        get: { if case .repetition(_, let least, let most) = $0.body { least...most } else { nil } },
        set: { rule, times in
          guard case .repetition(let body, _, _) = rule.body else { return }
          rule.body = .repetition(body, least: times.lowerBound, most: times.upperBound)
        }),
    ])

  static let primitive = Form(
    "A primitive with options.",
    [
      .init(
        "primitive", FieldKind<String>.text.schema(adding: [.init("enum", .list(primitiveNames))]), isRequired: true,
        "The primitive.", get: { if case .primitive(let name, _) = $0.body { name } else { nil } },
        set: { $0.body = .primitive($1, options: []) }),
      .init(
        "options", options, "Its options: for each a value or a list of values, null for the default.",
        get: { if case .primitive(_, let options) = $0.body, !options.isEmpty { options } else { nil } },
        set: { if case .primitive(let name, _) = $0.body { $0.body = .primitive(name, options: $1) } }),
    ])

  private static let parallel = Form(
    "Layers that read the same input and whose outputs are summed.",
    [
      .init(
        "parallel", list, isRequired: true, "The members.",
        get: { if case .parallel(let rules) = $0.body { rules } else { nil } }, set: { $0.body = .parallel($1) })
    ])

  private static let empty = Form(
    "No layer.",
    [
      .init(
        "empty", only(true), isRequired: true, "True.", get: { $0.body == .empty ? true : nil },
        set: { rule, _ in rule.body = .empty })
    ])

  // MARK: Values

  private static func only(_ value: Bool) -> FieldKind<Bool> {
    FieldKind(
      schema: [.init("const", .flag(value))],
      read: { place, problems in
        if case .flag(value) = place.value { return value }
        place.expected("\(value)", &problems)
        return nil
      }, write: JSONValue.flag)
  }

  /// A number, or the least and most.
  private static let times: FieldKind<ClosedRange<Int>> = {
    let count = FieldKind<Int>.integer(in: 0...1024)
    let pair = FieldKind<[Int]>.list(of: "numbers", count, count: 2...2)
    return FieldKind(
      schema: [.init("anyOf", [.object(count.schema), .object(pair.schema)])],
      read: { place, problems in
        switch place.value {
        case .integer: return count.read(place, &problems).map { $0...$0 }
        case .list:
          guard let bounds = pair.read(place, &problems), bounds.count == 2 else { return nil }
          if bounds[0] <= bounds[1] { return bounds[0]...bounds[1] }
          problems.add(
            place.path, "the first number must be at most the second, found [\(bounds[0]), \(bounds[1])]")
        default: place.expected("a whole number or a list of two, least and most", &problems)
        }
        return nil
      },
      write: { times in
        times.count == 1
          ? .integer(times.lowerBound) : .list([.integer(times.lowerBound), .integer(times.upperBound)])
      })
  }()

  /// Options as they are written; whether the primitive has them is found where the grammar is built.
  private static let options: FieldKind<[Option]> = {
    let value = FieldKind<JSONValue>.any
    let values = FieldKind<[JSONValue]>.list(of: "values", value, count: 1...10_000)
    let option = FieldKind<(values: [JSONValue], isList: Bool)>(
      schema: [],
      read: { place, problems in
        guard case .list = place.value else { return ([place.value], false) }
        return values.read(place, &problems).map { ($0, true) }
      },
      write: { $0.isList || $0.values.count != 1 ? .list($0.values) : $0.values[0] })
    return FieldKind<[(key: String, value: (values: [JSONValue], isList: Bool))]>.members(of: "options", option).map(
      { $0.map { Option($0.key, $0.value.values, isList: $0.value.isList) } },
      { $0.map { (key: $0.name, value: ($0.values, $0.isList)) } })
  }()
}
