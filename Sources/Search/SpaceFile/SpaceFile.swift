import Configuration
import Foundation
import Text

/// What a space file says, checked for its form but not for its meaning; `Space` is the checked one.
public struct SpaceFile: Hashable, Sendable {
  /// Names the folder of a run's results.
  public var name: String
  public var summary: String?
  public var model = ModelSettings()
  public var grammar: GrammarFile
  public var constraints = ConstraintsFile()
  /// Two to four, quality first.
  public var objectives: [Objective] = [.quality, .state, .flops]
  public var normalize = NormalizeSettings()
  /// From cheap to dear; the cost screen that comes before them needs no settings.
  public var rungs: [Rung] = []
  public var search = SearchSettings()
  /// Known hybrids by name, or layouts.
  public var seedWith: [String] = []
  public var seed: UInt64 = 1

  public init(name: String, grammar: GrammarFile) { (self.name, self.grammar) = (name, grammar) }

  static func table(_ formats: RungFormats) -> FieldTable<Self> {
    var initial = Self(name: "", grammar: GrammarFile(start: "", rules: []))
    initial.rungs = formats.standard
    return FieldTable(
      initial,
      [
        .schemaName,
        .init("name", \.name, .folderName, isRequired: true, "Name of the space and of the folder of its results."),
        .init("description", \.summary, .text, "What the space is for, in a sentence."),
        .init("model", \.model, .object(ModelSettings.table), "The model whose costs are counted."),
        .init(
          "grammar", \.grammar, .object(GrammarFile.table), isRequired: true,
          "The layouts: rules that derive them from the start."),
        .init("constraints", \.constraints, .object(ConstraintsFile.table), "What candidates must keep."),
        .init("objectives", \.objectives, Objective.list, "Two to four, quality first."),
        .init("normalize", \.normalize, .object(NormalizeSettings.table), "What candidates are made equal in."),
        .init(
          "rungs", Rung.list(formats), "What candidates are trained on, from cheap to dear.",
          get: { $0.rungs.isEmpty ? nil : $0.rungs }, set: { $0.rungs = $1 }),
        .init("search", \.search, .object(SearchSettings.table), "How the space is searched."),
        .init(
          "seed-with", \.seedWith, .list(of: "hybrids or layouts", .text, count: 0...10_000),
          "Known hybrids by name, or layouts; evaluated first."),
        .init(
          "seed", \.seed, FieldKind<Int>.integer(in: 0...Int.max).map({ UInt64($0) }, { Int(clamping: $0) }),
          "Seed of everything random."),
      ])
  }
}

// MARK: Reader, schema, writer

extension SpaceFile {
  /// - Throws: `ConfigurationErrors` with everything that is wrong with the form.
  public init(parsing data: Data, rungs formats: RungFormats) throws(ConfigurationErrors) {
    self = try Self.table(formats).parse(data)
  }

  /// - Throws: `ConfigurationErrors` with everything that is wrong with the form.
  public init(_ value: JSONValue, rungs formats: RungFormats) throws(ConfigurationErrors) {
    self = try Self.table(formats).parse(value)
  }

  /// The text of a file that says the same, every default written out.
  public var text: String { json.text }

  /// The space as JSON, in the form that `init(_:)` reads.
  public var json: JSONValue { Self.table(.ignored).json(of: self) }

  /// The text of the JSON Schema in `search-spaces/space.schema.json`, with every primitive and option of the registry,
  /// for editors that complete and check.
  public static func schema(rungs formats: RungFormats) -> String {
    table(formats).schema(
      title: "madsearch space",
      description: "A space of layouts to search, and how they are evaluated. Guide: docs/search-spaces.md.",
      definitions: RuleFile.definitions
    ).text
  }
}
