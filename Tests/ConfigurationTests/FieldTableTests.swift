import Configuration
import Foundation
import Testing
import Text

/// An object with a field of each kind.
private struct Recipe: Equatable {
  enum Oven: String, CaseIterable { case gas, electric }
  enum Amount: Equatable { case grams(Int), pieces(Int) }

  struct Step: Equatable {
    var text = ""
    var minutes: Double?

    static let table = FieldTable(
      Step(),
      [
        .init("text", \.text, .text, isRequired: true, "What to do."),
        .init("minutes", \.minutes, .number(above: 0, through: 600), "How long."),
      ])
  }

  var name = ""
  var portions = 4
  var salt: Double? = 0.5
  var oven = Oven.gas
  var isVegan = false
  var amount = Amount.grams(100)
  var steps: [Step] = []
  var spices: [String: Int] = [:]

  static let table = FieldTable(
    Recipe(),
    [
      .schemaName,
      .init(
        "name", \.name, .text(of: "a name of letters", pattern: "^[a-z]+$") { $0.allSatisfy(\.isLetter) },
        isRequired: true, "What it is called."),
      .init("portions", \.portions, .integer(in: 1...20), "For how many."),
      .init("salt", \.salt, FieldKind<Double>.number(in: 0...10).orNull, "Grams of salt, or none."),
      .init("oven", \.oven, .word, "What heats."),
      .init("is-vegan", \.isVegan, .flag, "Whether it is."),
      .init(
        "grams", .integer(in: 1...9), "Weight.", get: { if case .grams(let value) = $0.amount { value } else { nil } },
        set: { $0.amount = .grams($1) }),
      .init(
        "pieces", .integer(in: 1...9), "Number.",
        get: { if case .pieces(let value) = $0.amount { value } else { nil } }, set: { $0.amount = .pieces($1) }),
      .init("steps", \.steps, .list(of: "steps", .object(Step.table), count: 0...2), "What to do."),
      .init(
        "spices", \.spices,
        FieldKind<[(key: String, value: Int)]>.members(of: "spices", .integer(in: 1...3)).map(
          { Dictionary($0.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }) },
          { $0.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) } }), "Pinches."),
    ],
    choices: [.init(.exactlyOne, of: ["grams", "pieces"], for: "a recipe")]
  ) { recipe, object, problems in
    if recipe.isVegan, recipe.name == "steak" { problems.add(object.path, "a steak is not vegan") }
  }
}

@Suite("Tables of fields")
struct FieldTableTests {
  private func errors(_ text: String) -> [String] {
    do throws(ConfigurationErrors) {
      _ = try Recipe.table.parse(Data(text.utf8))
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }

  @Test("are read, and written as they are read")
  func roundTrip() throws {
    let text = """
      { "$schema": "x", "name": "stew", "salt": null, "oven": "electric", "pieces": 3, "spices": { "b": 1, "a": 3 },
        "steps": [{ "text": "cut", "minutes": 2.5 }, { "text": "cook" }] }
      """
    let recipe = try Recipe.table.parse(Data(text.utf8))
    var expected = Recipe(name: "stew", salt: nil, oven: .electric, amount: .pieces(3), spices: ["a": 3, "b": 1])
    expected.steps = [.init(text: "cut", minutes: 2.5), .init(text: "cook")]
    #expect(recipe == expected)
    let json = Recipe.table.json(of: recipe)
    #expect(try Recipe.table.parse(json) == recipe)
    #expect(
      json.text == """
        {
          "name": "stew",
          "portions": 4,
          "salt": null,
          "oven": "electric",
          "is-vegan": false,
          "pieces": 3,
          "steps": [{ "text": "cut", "minutes": 2.5 }, { "text": "cook" }],
          "spices": { "a": 3, "b": 1 }
        }

        """)
  }

  @Test(
    "say everything that is wrong, with its place",
    arguments: [
      ("[]", ["$: it must be an object, found an empty list"]),
      (
        "{ \"nme\": 3 }",
        [
          "$.nme: there is no key 'nme' here; did you mean 'name'?", "$: the key 'name' is missing",
          "$: a recipe has either grams or pieces, found none",
        ]
      ),
      (
        "{ \"name\": \"a b\", \"portions\": 21, \"salt\": -1, \"oven\": \"gaz\", \"is-vegan\": 1, \"grams\": 1, \"pieces\": 1 }",
        [
          "$.name: it must be a name of letters, found 'a b'",
          "$.portions: it must be a whole number from 1 to 20, found 21",
          "$.salt: it must be a number from 0 to 10, found -1",
          "$.oven: it must be one of gas, electric, found 'gaz'; did you mean 'gas'?",
          "$.is-vegan: it must be true or false, found 1", "$: a recipe has either grams or pieces, found both",
        ]
      ),
      (
        "{ \"name\": \"stew\", \"grams\": 1, \"steps\": [{ \"minutes\": 0 }, 3], \"spices\": { \"a b\": 4 } }",
        [
          "$.steps[0]: the key 'text' is missing",
          "$.steps[0].minutes: it must be a number above 0 and at most 600, found 0",
          "$.steps[1]: it must be an object, found 3",
          "$.spices[\"a b\"]: it must be a whole number from 1 to 3, found 4",
        ]
      ),
      (
        "{ \"name\": \"stew\", \"grams\": 1, \"steps\": [{}, {}, {}] }",
        ["$.steps: it must be a list of 0 to 2 steps, found 3"]
      ),
      ("{ \"name\": \"steak\", \"is-vegan\": true, \"grams\": 1 }", ["$: a steak is not vegan"]),
    ])
  func refused(text: String, expected: [String]) { #expect(errors(text) == expected) }

  @Test("describe themselves as a schema, with defaults")
  func schema() {
    #expect(
      JSONValue.object(Recipe.Step.table.schema) == [
        "type": "object", "required": ["text"], "additionalProperties": false,
        "properties": [
          "text": ["type": "string", "description": "What to do."],
          "minutes": ["type": "number", "exclusiveMinimum": 0, "maximum": 600, "description": "How long."],
        ],
      ])
    let text = Recipe.table.schema(title: "recipe", description: "A dish.").text
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for part in [
      "\"portions\": { \"type\": \"integer\", \"minimum\": 1, \"maximum\": 20, \"default\": 4,",
      "\"enum\": [\"gas\", \"electric\"], \"default\": \"gas\"",
      "\"oneOf\": [{ \"required\": [\"grams\"] }, { \"required\": [\"pieces\"] }]",
      "\"grams\": { \"type\": \"integer\", \"minimum\": 1, \"maximum\": 9, \"description\": \"Weight.\" }",
      "\"name\": { \"type\": \"string\", \"pattern\": \"^[a-z]+$\", \"description\": \"What it is called.\" }",
    ] {
      #expect(text.contains(part), "\(text)")
    }
  }
}
