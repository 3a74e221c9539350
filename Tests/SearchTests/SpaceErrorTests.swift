import Configuration
import Foundation
import Search
import Testing

@Suite("Errors of space files")
struct SpaceErrorTests {
  /// The lines that a file's errors make.
  static func errors(_ text: String) -> [String] {
    do {
      _ = try Space(parsing: Data(text.utf8), rungs: .ignored)
      return []
    } catch {
      return error.description.split(separator: "\n").map(String.init)
    }
  }

  /// With a good grammar and other sections.
  static func errors(section: String) -> [String] {
    errors(
      """
      { "name": "test", "grammar": { "start": "a", "rules": { "a": { "repeat": "b", "times": [1, 3] },
        "b": { "choice": ["mamba", "swiglu", "attention"] } } }, \(section) }
      """)
  }

  /// With these rules, of which the first is the start.
  static func errors(rules: String, start: String = "a") -> [String] {
    errors("{ \"name\": \"test\", \"grammar\": { \"start\": \"\(start)\", \"rules\": { \(rules) } } }")
  }

  @Test(
    "of JSON name the line and column",
    arguments: [
      ("", "$: it is not JSON: line 1, column 1: expected a value, found the end of the file"),
      ("{\n  \"name\": }", "$: it is not JSON: line 2, column 11: expected a value, found '}'"),
      ("{ \"a\": 1, \"a\": 2 }", "$.a: the key is given twice"),
      (
        "{ \"a\": 01 }",
        "$: it is not JSON: line 1, column 8: a number starts with one digit that is not 0, or with a single 0"
      ),
      ("{ \"a\": \"\\x\" }", "$: it is not JSON: line 1, column 9: there is no such escape; \\\\ is a backslash"),
      ("{ \"a\": \"b }", "$: it is not JSON: line 1, column 8: the quotes of this text are not closed"),
      ("[1, 2", "$: it is not JSON: line 1, column 6: expected ',' or ']', found the end of the file"),
      ("{} x", "$: it is not JSON: line 1, column 4: expected the end of the file, found 'x'"),
      ("3", "$: it must be an object, found 3"),
    ])
  func json(text: String, expected: String) { #expect(Self.errors(text) == [expected]) }

  @Test("nesting without end is an error, not a crash")
  func nesting() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(Self.errors(deep).first?.contains("nested more than 200 deep") == true)
    var rule = "\"mamba\""
    for _ in 0..<60 { rule = "{ \"sequence\": [\(rule)] }" }
    #expect(Self.errors(rules: "\"a\": \(rule)").first?.contains("rules are nested more than") == true)
    let chain = (0..<900).map { "\"r\($0)\": { \"sequence\": [\"r\($0 + 1)\"] }" }.joined(separator: ", ")
    #expect(
      Self.errors(rules: chain + ", \"r900\": \"mamba\"", start: "r0").first?.contains("nested more than 600 deep")
        == true)
  }

  @Test(
    "of the sections give the path, what was found, what is allowed and the nearest name",
    arguments: [
      ("\"modle\": {}", ["$.modle: there is no key 'modle' here; did you mean 'model'?"]),
      (
        "\"model\": { \"dim\": 0, \"contxt\": 3 }",
        [
          "$.model.contxt: there is no key 'contxt' here; did you mean 'context'?",
          "$.model.dim: it must be a whole number from 1 to 16384, found 0",
        ]
      ),
      ("\"model\": { \"dim\": \"128\" }", ["$.model.dim: it must be a whole number from 1 to 16384, found '128'"]),
      (
        "\"objectives\": [\"state\", \"qualty\"]",
        [
          "$.objectives[1]: it must be one of quality, state, flops, parameters, found 'qualty'; did you mean 'quality'?",
          "$.objectives[0]: the first objective must be quality, found 'state'",
        ]
      ),
      ("\"objectives\": [\"quality\"]", ["$.objectives: it must be a list of 2 to 4 objectives, found 1"]),
      (
        "\"constraints\": { \"state\": { \"max\": -1 } }",
        ["$.constraints.state.max: it must be a number from 0 to 1000000000000000, found -1"]
      ),
      (
        "\"constraints\": { \"layers\": { \"min\": 4, \"max\": 2 } }",
        ["$.constraints.layers.min: it must be at most max, 2, found 4"]
      ),
      ("\"constraints\": { \"flops\": {} }", ["$.constraints.flops: a constraint needs min or max"]),
      (
        "\"constraints\": { \"share\": { \"atention\": { \"max\": 0.5 } } }",
        ["$.constraints.share.atention: there is no rule or primitive 'atention'; did you mean 'attention'?"]
      ),
      (
        "\"search\": { \"strategy\": \"nsga-2\" }",
        [
          "$.search.strategy: it must be one of evolution, nsga2, regularized-evolution, local, random, found 'nsga-2'; "
            + "did you mean 'nsga2'?"
        ]
      ),
      (
        "\"seed-with\": [\"attention swiglue\", 3]",
        ["$.seed-with[1]: it must be a text, found 3"]
      ),
      (
        "\"seed-with\": [\"attention swiglue\"]",
        [
          "$.seed-with[0]: it is not a layout, column 11: there is no primitive 'swiglue'; did you mean 'swiglu'?"
        ]
      ),
      (
        "\"seed-with\": [\"attention(heads=3) swiglu\"]",
        ["$.seed-with[0]: layer 1, attention(heads=3): heads must divide the width 128, found 3"]
      ),
      ("\"seed\": -1", ["$.seed: it must be a whole number from 0 to 9223372036854775807, found -1"]),
    ])
  func sections(section: String, expected: [String]) { #expect(Self.errors(section: section) == expected) }

  @Test("a name must be fit for a folder", arguments: ["", "a/b", "..", "-x", "ü"])
  func name(name: String) {
    let errors = Self.errors(
      "{ \"name\": \"\(name)\", \"grammar\": { \"start\": \"a\", \"rules\": { \"a\": \"mamba\" } } }")
    #expect(errors.count == 1 && errors[0].hasPrefix("$.name: it must be a name of letters, digits"))
  }

  @Test(
    "of rules",
    arguments: [
      (
        "\"a\": { \"sequence\": [\"mixr\", \"attention(heads=3)\"] }, \"mixer\": \"mamba\"",
        [
          "$.grammar.rules.a.sequence[0]: there is no rule or primitive 'mixr'; did you mean 'mixer'?",
          "$.grammar.rules.a.sequence[1]: attention: heads must divide the width 128, found 3",
          "$.grammar.rules.mixer: no rule leads here from the start 'a'; use the rule or remove it",
        ]
      ),
      (
        "\"a\": \"mamba swiglu\", \"b\": \"a\"",
        ["$.grammar.rules.b: no rule leads here from the start 'a'; use the rule or remove it"]
      ),
      (
        "\"a\": { \"sequence\": [\"mamba (\"] }",
        [
          "$.grammar.rules.a.sequence[0]: it is neither a rule nor a layout, column 7: a '(' needs a repeat count before it, as in 3*( … ), or the name of a primitive without a space between them"
        ]
      ),
      (
        "\"a\": { \"choise\": [\"mamba\"] }",
        [
          "$.grammar.rules.a: a rule has one of the keys sequence, choice, repeat, primitive, parallel, empty, "
            + "found 'choise'; did you mean 'choice'?"
        ]
      ),
      (
        "\"a\": { \"choice\": [\"mamba\"], \"sequence\": [\"mamba\"] }",
        [
          "$.grammar.rules.a: a rule has one of the keys sequence, choice, repeat, primitive, parallel, empty, "
            + "found sequence and choice"
        ]
      ),
      (
        "\"a\": { \"choice\": [\"mamba\", \"mlp\"], \"weigths\": [1, 2] }",
        ["$.grammar.rules.a.weigths: there is no key 'weigths' here; did you mean 'weights'?"]
      ),
      (
        "\"a\": { \"choice\": [\"mamba\", \"mlp\"], \"weights\": [1] }",
        ["$.grammar.rules.a.weights: there must be one weight for each of the 2 alternatives, found 1"]
      ),
      (
        "\"a\": { \"choice\": [\"mamba\", \"mlp\"], \"weights\": [1, -2] }",
        ["$.grammar.rules.a.weights[1]: it must be a number from 0 to 1000000000, found -2"]
      ),
      (
        "\"a\": { \"choice\": [\"mamba\", \"mlp\"], \"weights\": [0, 0] }",
        ["$.grammar.rules.a.weights: at least one weight must be above 0"]
      ),
      ("\"a\": { \"choice\": [] }", ["$.grammar.rules.a.choice: it must be a list of 1 to 10000 rules, found 0"]),
      (
        "\"a\": { \"repeat\": \"mamba\", \"times\": [3, 2] }",
        ["$.grammar.rules.a.times: the first number must be at most the second, found [3, 2]"]
      ),
      ("\"a\": { \"repeat\": \"mamba\" }", ["$.grammar.rules.a: the key 'times' is missing"]),
      (
        "\"a\": { \"repeat\": \"mamba\", \"times\": \"3\" }",
        ["$.grammar.rules.a.times: it must be a whole number or a list of two, least and most, found '3'"]
      ),
      ("\"a\": { \"empty\": false }", ["$.grammar.rules.a.empty: it must be true, found false"]),
      ("\"a\": { \"empty\": true }", ["$.grammar.rules.a: it derives no layer at all, a layout needs at least one"]),
      (
        "\"a\": { \"repeat\": { \"repeat\": \"mamba\", \"times\": 100 }, \"times\": 100 }",
        ["$.grammar: its layouts have up to 10000 layers, at most 1024 are possible; lower a repeat count or a depth"]
      ),
      (
        "\"a\": { \"parallel\": [\"mamba\", \"mlp swiglu\"] }",
        ["$.grammar.rules.a.parallel[1]: a member of a parallel group is a single layer, this one has up to 2"]
      ),
      (
        "\"a b\": \"mamba\"",
        ["$.grammar.rules[\"a b\"]: the name of a rule consists of letters, digits, '.', '_', '+' and '-', found 'a b'"]
      ),
    ])
  func rules(rules: String, expected: [String]) { #expect(Self.errors(rules: rules) == expected) }

  @Test(
    "of recursion",
    arguments: [
      (
        "\"a\": { \"sequence\": [\"mamba\", \"b\"] }, \"b\": { \"choice\": [\"a\", \"mlp\"] }",
        [
          "$.grammar.rules.a: the rule leads back to itself without a bound (a → b → a); "
            + "give a rule of the cycle a \"depth\", how often it may be open inside itself"
        ]
      ),
      (
        "\"a\": { \"sequence\": [\"mamba\", \"a\"], \"depth\": 3 }",
        ["$.grammar.rules.a: no layout can be derived from it: every alternative needs a rule whose depth is used up"]
      ),
      (
        "\"a\": \"b\", \"b\": \"a\"",
        [
          "$.grammar.rules.a: it refers only to itself: a → b → a; a primitive with the name of a rule is written { \"primitive\": \"…\" }"
        ]
      ),
      (
        "\"a\": { \"choice\": [{ \"sequence\": [\"a\", \"a\"] }, \"mamba\"], \"depth\": 12 }",
        ["$.grammar: its layouts have up to 2048 layers, at most 1024 are possible; lower a repeat count or a depth"]
      ),
      (
        "\"a\": { \"sequence\": [\"mamba\"], \"depth\": 0 }",
        ["$.grammar.rules.a.depth: it must be a whole number from 1 to 100, found 0"]
      ),
    ])
  func recursion(rules: String, expected: [String]) { #expect(Self.errors(rules: rules) == expected) }

  @Test(
    "of primitives are those of the architecture",
    arguments: [
      (
        "\"primitive\": \"mambo\"",
        ["$.grammar.rules.a.primitive: there is no primitive 'mambo'; did you mean 'mamba'?"]
      ),
      (
        "\"primitive\": \"mamba\", \"options\": { \"d_stat\": 3 }",
        ["$.grammar.rules.a.options.d_stat: mamba has no option 'd_stat'; did you mean 'd_state'?"]
      ),
      (
        "\"primitive\": \"mamba\", \"options\": { \"d_state\": [4, 0, \"x\", 4] }",
        [
          "$.grammar.rules.a.options.d_state[1]: d_state of mamba must be a whole number from 1 to 256, found 0",
          "$.grammar.rules.a.options.d_state[2]: d_state of mamba must be a whole number from 1 to 256, found 'x'",
          "$.grammar.rules.a.options.d_state[3]: 4 is given twice",
        ]
      ),
      (
        "\"primitive\": \"mamba\", \"options\": { \"d_state\": [] }",
        ["$.grammar.rules.a.options.d_state: it must be a list of 1 to 10000 values, found 0"]
      ),
      (
        "\"primitive\": \"attention\", \"options\": { \"heads\": 4, \"n_heads\": 8 }",
        ["$.grammar.rules.a.options.n_heads: heads of attention is given twice"]
      ),
      (
        "\"primitive\": \"attention\", \"options\": { \"heads\": [3, 4] }",
        ["$.grammar.rules.a.options.heads[0]: attention: heads must divide the width 128, found 3"]
      ),
      (
        "\"primitive\": \"attention\", \"options\": { \"heads\": [4, 8], \"kv_heads\": [3, 8] }",
        [
          "$.grammar.rules.a.options.heads[0]: attention: kv_heads must divide heads, which are 4, found 3",
          "$.grammar.rules.a.options.kv_heads[0]: attention: kv_heads must divide heads, which are 4, found 3",
        ]
      ),
      (
        "\"primitive\": \"attention\", \"options\": { \"heads\": 3 }",
        ["$.grammar.rules.a.options: attention: heads must divide the width 128, found 3"]
      ),
    ])
  func primitives(rule: String, expected: [String]) { #expect(Self.errors(rules: "\"a\": { \(rule) }") == expected) }

  @Test("combinations that do not fit are left out where each value fits in another one")
  func combinations() throws {
    let space = try SpaceTests.space(
      """
      "layout": { "primitive": "attention", "options": { "heads": [4, 16], "kv_heads": [4, 16, null], "window": [null, 32] } }
      """)
    // 4 heads with 4 or as many keys are one, 16 heads with 16 likewise: 4; 16 with 4; each with and without a window.
    guard case .exact(let count) = space.countLayouts() else { return }
    #expect(count.description == "6")
  }

  @Test(
    "constraints that no layout meets are found exactly where they are sums over layers",
    arguments: [
      (
        "\"layers\": { \"min\": 4 }",
        "$.constraints.layers.min: no layout meets it: layers of the grammar's layouts end at 3, at least 4 is allowed"
      ),
      ("\"state\": { \"min\": 10000000, \"context\": 128 }", "$.constraints.state.min: no layout meets it"),
      (
        "\"parameters\": { \"max\": 1000 }",
        "$.constraints.parameters.max: no layout meets it: parameters of the grammar's layouts start at "
      ),
      (
        "\"share\": { \"mamba\": { \"min\": 0.5 }, \"b\": { \"max\": 0.4 } }",
        "$.constraints.share.b.max: no layout meets it: every layout of the grammar has more"
      ),
    ])
  func impossible(constraint: String, expected: String) {
    let errors = Self.errors(section: "\"constraints\": { \(constraint) }")
    #expect(errors.count == 1 && errors[0].hasPrefix(expected), "\(errors)")
  }

  @Test("constraints that exclude each other are found by sampling, with what comes nearest")
  func together() {
    let errors = Self.errors(
      section: "\"constraints\": { \"layers\": { \"min\": 3 }, \"parameters\": { \"max\": 150000 } }")
    #expect(errors.count == 1)
    #expect(errors.first?.contains("sampled, not proven") == true && errors.first?.contains("nearest is '") == true)
  }

  @Test("a file with everything reads back as it was")
  func roundTrip() throws {
    let text = """
      { "name": "all", "description": "x", "model": { "dim": 64, "context": 256, "max-length": 512, "vocabulary": 99 },
        "grammar": { "start": "a", "rules": {
          "a": { "choice": [{ "sequence": ["b", "a"] }, "b", { "empty": true }], "weights": [1, 2.5, 1], "depth": 3 },
          "b": { "parallel": ["mamba", { "primitive": "attention", "options": { "heads": [4, 8], "window": null } }] } } },
        "constraints": { "parameters": { "max": 1000000 }, "state": { "min": 1, "context": 128 }, "flops": { "max": 1e9 },
          "layers": { "min": 1, "max": 3 }, "share": { "mamba": { "min": 0.1 } } },
        "objectives": ["quality", "parameters"], "normalize": { "state": 1000 },
        "search": { "strategy": "random", "population": 7, "candidates": 9, "hours": 1.5, "core-hours": 3, "batch": 5, "replicates": 2, "sampling": "layouts" },
        "seed-with": ["jamba", "mamba swiglu"], "seed": 12 }
      """
    let file = try SpaceFile(parsing: Data(text.utf8), rungs: .ignored)
    #expect(try SpaceFile(parsing: Data(file.text.utf8), rungs: .ignored) == file)
    #expect(file.constraints.state?.context == 128 && file.search.coreHours == 3)
    _ = try Space(file)
  }
}
