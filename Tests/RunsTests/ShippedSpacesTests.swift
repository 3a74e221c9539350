import Configuration
import Engine
import Foundation
import Layouts
import Runs
import Search
import Testing
import Text

@Suite("Shipped spaces and their schema")
struct ShippedSpacesTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "search-spaces")

  static let names = [
    "quick", "hybrids", "recurrent", "state-constrained", "moe", "mad-paper", "table", "text", "synthetic",
  ]

  static func data(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: name + ".json")) }

  @Test("the schema in the repository is the one that the program prints")
  func schemaFile() throws {
    let text = String(decoding: try Self.data("space.schema"), as: UTF8.self)
    #expect(
      text == SpaceFile.schema(rungs: RungKinds.formats), "run: madsearch schema > search-spaces/space.schema.json")
  }

  @Test("every space is valid, is what its file is called, and fits the schema", arguments: names)
  func valid(name: String) throws {
    let space = try Space(parsing: Self.data(name))
    #expect(space.file.name == name && space.file.summary != nil)
    let schema = SchemaChecker(root: try JSONValue(parsing: Data(SpaceFile.schema(rungs: RungKinds.formats).utf8)))
    #expect(schema.accepts(try JSONValue(parsing: Self.data(name))))
    #expect(schema.accepts(space.file.json))
    guard case .exact(let count) = space.countLayouts() else {
      Issue.record("\(name) is not counted exactly")
      return
    }
    #expect(count.integer.map { $0 > 100 } ?? true, "\(count)")
    var random = RandomStream(seed: 2, "shipped")
    for _ in 0..<50 {
      let proposal = try #require(space.sample(using: &random))
      let child = try #require(space.mutate(proposal, using: &random))
      #expect(child.isFeasible && space.parse(child.layout) != nil)
    }
  }

  @Test("there is no other space in the folder")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".json") }
    #expect(Set(files) == Set(Self.names.map { $0 + ".json" } + ["space.schema.json"]))
  }

  @Test(
    "what the schema refuses, the reader refuses",
    arguments: [
      "{ }", "{ \"name\": \"x\" }",
      "{ \"name\": \"x\", \"grammar\": { \"start\": \"a\", \"rules\": { \"a\": { \"choise\": [] } } } }",
      "{ \"name\": \"x\", \"grammar\": { \"start\": \"a\", \"rules\": { \"a\": { \"primitive\": \"mambo\" } } } }",
      """
      { "name": "x", "grammar": { "start": "a", "rules": { "a": { "primitive": "mamba", "options": { "heads": 3 } } } } }
      """,
      """
      { "name": "x", "grammar": { "start": "a", "rules": { "a": { "primitive": "mamba", "options": { "d_state": 0 } } } } }
      """,
      "{ \"name\": \"x\", \"grammar\": { \"start\": \"a\", \"rules\": { \"a\": \"mamba\" } }, \"objectives\": [\"state\"] }",
      "{ \"name\": \"x\", \"grammar\": { \"start\": \"a\", \"rules\": { \"a\": \"mamba\" } }, \"rungs\": [{}] }",
      "{ \"name\": \"x\", \"grammar\": { \"start\": \"a\", \"rules\": { \"a\": \"mamba\" } }, \"sead\": 1 }",
    ])
  func refused(text: String) throws {
    let schema = SchemaChecker(root: try JSONValue(parsing: Data(SpaceFile.schema(rungs: RungKinds.formats).utf8)))
    #expect(!schema.accepts(try JSONValue(parsing: Data(text.utf8))))
    #expect(throws: ConfigurationErrors.self) { try Space(parsing: Data(text.utf8)) }
  }

  @Test("candidates of equal state have it, and those of equal parameters nearly")
  func normalized() throws {
    var random = RandomStream(seed: 2, "normalized")
    let recurrent = try Space(parsing: Self.data("recurrent"))
    for _ in 0..<50 {
      let proposal = try #require(recurrent.sample(using: &random))
      for layer in proposal.layout.layers where layer[0].type.specification.kind == .sequenceMixer {
        let state = try recurrent.costs(of: Layout([layer])).state
        #expect((1500...2900).contains(state), "\(layer[0].canonical) has \(state)")
      }
    }
    let sparse = try Space(parsing: Self.data("moe"))
    for _ in 0..<50 {
      let proposal = try #require(sparse.sample(using: &random))
      #expect(abs(proposal.costs.parameters - 1_000_000) < 30_000, "\(proposal.layout): \(proposal.costs.parameters)")
      let derivation = try #require(sparse.parse(proposal.layout))
      #expect(try sparse.layout(of: derivation) == proposal.layout)
    }
  }

  @Test("seeds are normalised as candidates are, but for options that they give")
  func normalizedSeeds() throws {
    let text = try Space(parsing: Self.data("text"))
    for seed in ["transformer++", "mamba swiglu hyena mlp", "hybrid:striped-hyena"] {
      let parameters = try text.costs(of: text.seed(seed).layout).parameters
      #expect(abs(parameters - 700_000) < 30_000, "\(seed): \(parameters)")
    }
    let own = "mamba swiglu(dim_inner=64) hyena swiglu(dim_inner=64)"
    #expect(try text.seed(own).layout == Layout(parsing: own))
    let plain = try text.seed("mamba").layout
    #expect(plain.layers.allSatisfy { $0[0].canonical == "mamba" }, "no channel mixers: they stay as they are")
    let recurrent = try Space(parsing: Self.data("recurrent"))
    let seed = try recurrent.seed("gated-linear-attention swiglu").layout
    #expect(try (1500...2900).contains(recurrent.costs(of: Layout([seed.layers[0]])).state), "\(seed)")
    #expect(
      try recurrent.seed("gated-linear-attention(heads=4) swiglu").layout.layers[0][0].canonical.hasSuffix("(heads=4)"))
  }
}
