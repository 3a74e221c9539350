import Foundation
import MADTasks
import Search
import Testing

@Suite("validate and schema")
struct ValidateTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "search-spaces")

  private func file(_ text: String, in folder: TemporaryFolder) throws -> String {
    let url = folder.url.appending(path: "space.json")
    try Data(text.utf8).write(to: url)
    return url.path(percentEncoded: false)
  }

  // Width 8, 256 tokens. Embedding 2048, final norm 8, unembedding 2048 and 256 biases: 4360 parameters and 4096 FLOPs.
  // mlp: norm 8 and 2·8·3 parameters, 96 FLOPs; with a width of 4 72 and 128.
  static let small = """
    { "name": "small", "description": "Two sizes.", "model": { "dim": 8, "context": 4 },
      "grammar": { "start": "a", "rules": { "a": { "repeat": "b", "times": [1, 2] },
        "b": { "primitive": "mlp", "options": { "dim_inner": [3, 4] } } } },
      "constraints": { "parameters": { "max": 4480 } },
      "rungs": [{ "perplexity": { "tokens": 1000, "dim": 8 }, "promote": 0.5 }, { "isoflop": { "budgets": [1e11], "sizes": 3 } }],
      "search": { "candidates": 10 } }
    """

  @Test("prints how many layouts there are, what they cost and what a run takes")
  func text() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run("validate", file(Self.small, in: folder), "--gflops", "2")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(
      outcome.output == """
        small: Two sizes.

        layouts      6, counted exactly, of 1 to 2 layers
        constraints  met by 3 of all 6 layouts
        model        width 8, vocabulary 256

        cost                                 least  median   most
        parameters                           4,416   4,432  4,472
        forward FLOPs per token at 4 tokens  4,192   4,224  4,288
        state at 4 tokens                        0       0      0
        layers                                   1       1      2

        rung   evaluation  candidates  trainings  TFLOP  core-hours
        1      perplexity          10         10    0.0        0.00
        2      isoflop              5         15    1.5        0.21
        total                                 25    1.5        0.21

        at 2.0 GFLOP/s a core, as --gflops says

        """, "\(outcome.output)")
  }

  @Test("prints the same as JSON")
  func json() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run("validate", file(Self.small, in: folder), "--gflops", "2", "--json")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let layouts = try #require(object["layouts"] as? [String: Any])
    #expect(layouts["digits"] as? String == "6" && layouts["isExact"] as? Bool == true)
    #expect(object["feasible"] as? Int == 3 && object["isComplete"] as? Bool == true)
    let rungs = try #require(object["rungs"] as? [[String: Any]])
    #expect(rungs.map { $0["trainings"] as? Int } == [10, 15])
    let flops = try #require(rungs.map { $0["flops"] as? Double } as? [Double])
    // A step of 1024 tokens at 3 times the forward FLOPs of the three layouts.
    #expect(abs(flops[0] - 10 * 1024 * 3 * Double(4192 + 4224 + 4288) / 3) < 1)
    // Five of three sizes, each the budget but for a part of a step.
    #expect(abs(flops[1] / (5 * 3e11) - 1) < 0.01)
    #expect(abs((object["coreHours"] as? Double ?? 0) - (flops[0] + flops[1]) / 2e9 / 3600) < 1e-9)
  }

  @Test("--layouts prints the layouts that meet the constraints, with their costs for programs")
  func layouts() throws {
    let folder = try TemporaryFolder()
    let path = try file(Self.small, in: folder)
    let text = try Program.run("validate", path, "--layouts")
    #expect(text.status == 0 && text.errors.isEmpty, "\(text.errors)")
    #expect(
      text.output == """
        mlp(dim_inner=3)
        mlp(dim_inner=3) mlp(dim_inner=3)
        mlp(dim_inner=4)

        """, "\(text.output)")
    let csv = try Program.run("validate", path, "--layouts", "--csv")
    #expect(
      csv.output == """
        layout,layers,parameters,forwardFLOPsPerToken,state
        mlp(dim_inner=3),1,4416,4192,0
        mlp(dim_inner=3) mlp(dim_inner=3),2,4472,4288,0
        mlp(dim_inner=4),1,4432,4224,0

        """, "\(csv.output)")
    let json = try Program.run("validate", path, "--layouts", "--json").output
    let object = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((object["layouts"] as? [[String: Any]])?.map { $0["parameters"] as? Int } == [4416, 4472, 4432])
    #expect(object["objectives"] as? [String] == ["quality", "state", "flops"])
    let limits = try #require(object["limits"] as? [String: Double])
    // A little above the dearest, two blocks of a width of 4, and above the bound on parameters.
    #expect(abs((limits["flops"] ?? 0) - 1.05 * 4352) < 1e-6 && abs((limits["parameters"] ?? 0) - 1.05 * 4480) < 1e-6)
  }

  @Test("--layouts of a large space is refused")
  func manyLayouts() throws {
    let path = Self.folder.appending(path: "hybrids.json").path(percentEncoded: false)
    let outcome = try Program.run("validate", path, "--layouts")
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(
      outcome.errors.hasSuffix(
        ": --layouts prints at most 100,000 layouts; this space holds more, or they cannot be counted exactly\n"))
  }

  @Test("measures the speed of trainings unless it is told")
  func measured() throws {
    let outcome = try Program.run(
      "validate", Self.folder.appending(path: "quick.json").path(percentEncoded: false), "--samples", "20")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("layouts      256, counted exactly, of 4 layers"))
    #expect(outcome.output.contains("GFLOP/s a core, measured now in a short training of '"))
    #expect(outcome.output.contains("1      mad screen          18        108"))
  }

  @Test("errors are a line each and end with 65")
  func errors() throws {
    let folder = try TemporaryFolder()
    let path = try file(
      """
      { "name": "small", "grammar": { "start": "a", "rules": { "a": ["mamba"] } },
        "rungs": [{ "mad": { "protocol": "scren" } }] }
      """, in: folder)
    let outcome = try Program.run("validate", path)
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(
      outcome.errors == """
        madsearch: \(path), $.grammar.rules.a: it must be a rule: a name, a layout or an object, found a list
        \(path), $.rungs[0].mad.protocol: it must be one of screen, graded, mad, full or the name of a .json file, found 'scren'; \
        did you mean 'screen'?

        """)
  }

  @Test("a protocol's file lies beside the space's, and its errors name both")
  func protocolFile() throws {
    let folder = try TemporaryFolder()
    let text = """
      { "name": "small", "grammar": { "start": "a", "rules": { "a": "mlp" } },
        "rungs": [{ "mad": { "protocol": "mine.json" } }] }
      """
    let path = try file(text, in: folder)
    #expect(try Program.run("validate", path).errors.contains("$.rungs[0].mad.protocol: mine.json: "))
    let json = try Program.run("evaluate", "mlp", "--protocol", "screen", "--print-protocol").output
    let place = folder.url.appending(path: "mine.json")
    try Data(json.utf8).write(to: place)
    #expect(try Program.run("validate", path, "--gflops", "1").output.contains("mad screen"))
    try Data(json.replacing("\"batch\" : 16", with: "\"batch\" : 0").utf8).write(to: place)
    let outcome = try Program.run("validate", path)
    #expect(
      outcome.status == 65 && outcome.errors.contains("mine.json: $.batch: it must be from 1"), "\(outcome.errors)")
  }

  @Test("a primitive that does not fit the width of a protocol is an error")
  func width() throws {
    let folder = try TemporaryFolder()
    let path = try file(
      """
      { "name": "small", "grammar": { "start": "a", "rules": { "a": "attention(heads=64)" } },
        "rungs": [{ "mad": { "protocol": "screen", "dim": 32 } }] }
      """, in: folder)
    let outcome = try Program.run("validate", path)
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.contains(
        "$.rungs[0].mad: at its width of 32, attention(heads=64) does not fit: attention: heads must divide the width 32"
      ),
      "\(outcome.errors)")
  }

  @Test("schema prints what the repository holds")
  func schema() throws {
    let outcome = try Program.run("schema")
    let file = try String(contentsOf: Self.folder.appending(path: "space.schema.json"), encoding: .utf8)
    #expect(outcome.status == 0 && outcome.output == file)
  }

  @Test(
    "bad options end with 2",
    arguments: [
      (["validate"], "Missing expected argument '<space>'"),
      (["validate", "x.json", "--samples", "0"], "--samples must be from 1 to 1000000, found 0"),
      (["validate", "x.json", "--csv"], "--csv needs --layouts; the whole report is text or JSON"),
      (["validate", "x.json", "--layouts", "--csv", "--json"], "--json and --csv exclude each other"),
      (["validate", "x.json", "--gflops", "0"], "--gflops must be above 0 and below 1000000000, found 0.0"),
    ])
  func options(arguments: [String], message: String) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test("a file that is not there ends with 65")
  func missing() throws {
    let outcome = try Program.run("validate", "/nowhere/space.json")
    #expect(outcome.status == 65 && outcome.errors.contains("/nowhere/space.json: No such file or directory"))
  }
}
