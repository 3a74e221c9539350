import Architecture
import Layouts
import Reporting
import Text

/// What `list primitives` prints: the primitives with their options.
package struct PrimitiveList: Report {
  private let primitives: [any Primitive.Type]

  package init(_ primitives: [any Primitive.Type]) { self.primitives = primitives }

  package var parts: [ReportPart] {
    let rows = primitives.map { (specification: $0.specification, figures: Self.figures($0)) }
    return [
      .words(primitives.map { Self.words($0.specification) }.joined(separator: "\n")),
      .table(nil, Table(Self.columns, rows), in: .programs),
    ]
  }

  /// A primitive with its options, for people.
  private static func words(_ specification: PrimitiveSpecification) -> String {
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

  /// Parameters and costs of the default options; none where those do not fit width 128.
  private typealias Figures = (parameters: Int, costs: Costs)

  private static func figures(_ type: any Primitive.Type) -> Figures? {
    guard let options = try? OptionValues([], for: type.specification),
      let primitive = try? type.init(options, in: ModelContext(dim: 128, maxLength: 128))
    else { return nil }
    return (primitive.parameterCount, primitive.costs(time: 128))
  }

  private static var columns: [Column<(specification: PrimitiveSpecification, figures: Figures?)>] {
    [
      Column("name") { .text($0.specification.name) },
      Column("aliases") { .list($0.specification.aliases.map(\.name)) },
      Column("aliasLayouts", in: .json) { row in
        let aliases = row.specification.aliases.map { ($0.name, JSONValue.text(meaning($0, of: row.specification))) }
        return .value(.object(aliases), csv: "", text: "")
      },
      Column("kind") { .text($0.specification.kind.rawValue) },
      Column("family") { .text($0.specification.family.rawValue) },
      Column("summary") { .text($0.specification.summary) }, Column("source") { .text($0.specification.source) },
      Column("options") { options($0.specification.options) },
      Column("parameters") { .integer(or: $0.figures?.parameters) },
      Column("forwardFLOPsPerToken") { .number(or: $0.figures?.costs.forwardFLOPs) },
      Column("trainingFLOPsPerToken") { .number(or: $0.figures?.costs.trainingFLOPs) },
      Column("stateAtWidth128") { .integer(or: $0.figures?.costs.state) },
      Column("cacheAtWidth128") { .integer(or: $0.figures?.costs.cache) },
    ]
  }

  private static func options(_ options: [OptionSpecification]) -> Cell {
    let texts = options.map { option in
      option.name + (option.defaultValue.map { "=\($0)" } ?? "") + " (\(option.allowed))"
    }.joined(separator: "; ")
    return .value(.list(options.map(json)), csv: texts, text: texts)
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
}
