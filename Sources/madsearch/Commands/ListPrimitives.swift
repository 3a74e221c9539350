import Architecture
import ArgumentParser
import Layouts
import Reporting
import Text

struct ListPrimitives: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "primitives",
    abstract: "Print the primitives that a layout may name, with their options.",
    discussion: """
      Parameters, FLOPs per token and state are those of the default options at width 128 and context 128, without \
      normalisation.
      """)

  @OptionGroup var format: OutputFormat

  func run() throws {
    if format.json {
      try StandardOutput.print(JSONValue.list(Primitives.all.map(Self.json)).text)
    } else if format.csv {
      try StandardOutput.print(Self.table.csv)
    } else {
      try StandardOutput.print(Primitives.all.map { Self.text($0.specification) }.joined(separator: "\n"))
    }
  }

  /// A primitive with its options, for people.
  private static func text(_ specification: PrimitiveSpecification) -> String {
    var text = "\(specification.name): \(specification.summary)\n"
    let family = specification.kind == .sequenceMixer ? " (\(specification.family.rawValue))" : ""
    text += "  \(specification.kind.rawValue)\(family), \(specification.source)\n"
    for alias in specification.aliases {
      text += "  alias \(alias.name)" + (alias.options.isEmpty ? "" : " = \(meaning(alias, of: specification))") + "\n"
    }
    guard !specification.options.isEmpty else { return text }
    var table = Table([
      .init("option", "option"), .init("default", "default"), .init("allowed", "allowed"), .init("summary", "meaning"),
    ])
    for option in specification.options {
      table.add([
        .text(option.name), .text(option.defaultValue?.description ?? "-"), .text(option.allowed),
        .text(option.summary + aliasText(option)),
      ])
    }
    return text + table.text.split(separator: "\n").map { "    \($0)\n" }.joined()
  }

  private static func aliasText(_ option: OptionSpecification) -> String {
    option.aliases.isEmpty ? "" : " (also \(option.aliases.joined(separator: ", ")))"
  }

  /// A row a primitive.
  private static var table: Table {
    var table = Table(
      (["name", "aliases", "kind", "family", "summary", "source", "options"] + figures).map { .init($0, $0) })
    for type in Primitives.all {
      let specification = type.specification
      let options = specification.options.map { option in
        option.name + (option.defaultValue.map { "=\($0)" } ?? "") + " (\(option.allowed))"
      }
      table.add(
        [
          .text(specification.name), .text(specification.aliases.map(\.name).joined(separator: " ")),
          .text(specification.kind.rawValue), .text(specification.family.rawValue), .text(specification.summary),
          .text(specification.source), .text(options.joined(separator: "; ")),
        ] + cells(type))
    }
    return table
  }

  private static func json(_ type: any Primitive.Type) -> JSONValue {
    let specification = type.specification
    return .object(
      [
        ("name", .text(specification.name)), ("aliases", .list(specification.aliases.map { .text($0.name) })),
        (
          "aliasLayouts",
          .object(specification.aliases.map { ($0.name, .text(meaning($0, of: specification))) })
        ),
        ("kind", .text(specification.kind.rawValue)), ("family", .text(specification.family.rawValue)),
        ("summary", .text(specification.summary)),
        ("source", .text(specification.source)), ("options", .list(specification.options.map(json))),
      ] + zip(figures, cells(type)).map { ($0, $1.json) })
  }

  private static func json(_ option: OptionSpecification) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .text(option.name)), ("aliases", .list(option.aliases.map(JSONValue.text))),
      ("default", option.defaultValue.map(json) ?? .null), ("allowed", .text(option.allowed)),
    ]
    switch option.kind {
    case .integer(let range):
      members += [("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))]
    case .word(let words): members.append(("words", .list(words.map(JSONValue.text))))
    case .flag: break
    }
    return .object(members + [("summary", .text(option.summary))])
  }

  private static func json(_ value: OptionValue) -> JSONValue {
    switch value {
    case .integer(let number): .integer(number)
    case .word(let word): .text(word)
    case .flag(let flag): .flag(flag)
    }
  }

  /// What an alias stands for, in layout notation.
  private static func meaning(
    _ alias: PrimitiveSpecification.Alias, of specification: PrimitiveSpecification
  ) -> String {
    let options = alias.options.map { "\($0.name)=\($0.value)" }
    return options.isEmpty ? specification.name : "\(specification.name)(\(options.joined(separator: ",")))"
  }

  private static let figures = [
    "parameters", "forwardFLOPsPerToken", "trainingFLOPsPerToken", "stateAtWidth128", "cacheAtWidth128",
  ]

  /// The figures of the default options; empty where those do not fit width 128.
  private static func cells(_ type: any Primitive.Type) -> [Table.Cell] {
    guard let options = try? OptionValues([], for: type.specification),
      let primitive = try? type.init(options, in: ModelContext(dim: 128, maxLength: 128))
    else { return figures.map { _ in .nothing } }
    let costs = primitive.costs(time: 128)
    return [
      .integer(primitive.parameterCount), .number(costs.forwardFLOPs, decimals: 0),
      .number(costs.trainingFLOPs, decimals: 0), .integer(costs.state), .integer(costs.cache),
    ]
  }
}
