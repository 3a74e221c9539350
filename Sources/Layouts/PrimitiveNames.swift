import Architecture
import Text

/// The registry by name, for parsers.
enum PrimitiveNames {
  typealias Entry = (type: any Primitive.Type, options: [(name: String, value: OptionValue)])

  private static let entries: [String: Entry] = {
    var entries: [String: Entry] = [:]
    for type in Primitives.all {
      let specification = type.specification
      for alias in specification.aliases {
        entries[alias.name] = (type, alias.options.map { (declaredName($0.name, specification), $0.value) })
      }
    }
    for type in Primitives.all { entries[type.specification.name] = (type, []) }
    return entries
  }()

  private static func declaredName(_ name: String, _ specification: PrimitiveSpecification) -> String {
    specification.options.first { $0.name == name || $0.aliases.contains(name) }?.name ?? name
  }

  /// The primitive with a name or alias, and what the alias stands for under declared option names.
  static func find(_ name: String) -> Entry? { entries[name] }

  /// The error that there is no such primitive: the nearest name, or all names if none is near.
  static func unknown(_ name: String) -> String {
    let nearest = suggestion(for: name, among: entries.keys.sorted())
    let names = Primitives.all.map { $0.specification.name }.joined(separator: ", ")
    return "there is no primitive '\(name)'" + (nearest.isEmpty ? "; the primitives are \(names)" : nearest)
  }
}
