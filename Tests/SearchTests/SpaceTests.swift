import Architecture
import Engine
import Foundation
import Layouts
import Search
import Testing

@Suite("Spaces")
struct SpaceTests {
  /// A space with these rules; the first one is the start.
  static func space(_ rules: String, start: String = "layout", more: String = "") throws -> Space {
    let text = """
      { "name": "test", "grammar": { "start": "\(start)", "rules": { \(rules) } }\(more.isEmpty ? "" : ", " + more) }
      """
    return try Space(parsing: Data(text.utf8), rungs: .ignored)
  }

  static let hybrids = """
    "layout": { "repeat": "block", "times": [2, 6] },
    "block": { "sequence": ["mixer", "channel"] },
    "mixer": { "choice": ["attention", "local", "recurrent", "hyena"], "weights": [1, 1, 2, 1] },
    "attention": { "primitive": "attention", "options": { "heads": [4, 16] } },
    "local": { "primitive": "attention", "options": { "heads": 16, "window": [16, 32] } },
    "recurrent": { "choice": ["mamba", "linear-attention"] },
    "channel": { "choice": ["swiglu", "moe-mlp", { "empty": true }] }
    """

  @Test("samples are layouts of the grammar and cost what their models cost")
  func samples() throws {
    let space = try Self.space(Self.hybrids)
    #expect(space.layers == 2...12)
    var random = RandomStream(seed: 1, "test")
    for _ in 0..<200 {
      let proposal = try #require(space.sample(using: &random))
      let derivation = try #require(proposal.derivation)
      #expect(try space.layout(of: derivation) == proposal.layout)
      let parsed = try #require(space.parse(proposal.layout))
      #expect(try space.layout(of: parsed) == proposal.layout)
      let model = try proposal.layout.makeModel(dim: 128, vocabulary: 256, maxLength: 1024)
      let costs = model.costs(time: 1024)
      #expect(proposal.costs.parameters == model.parameterCount && proposal.costs.state == costs.state)
      #expect(abs(proposal.costs.forwardFLOPs - costs.forwardFLOPs) < 1)
      #expect(proposal.costs.layers == proposal.layout.layers.count)
    }
  }

  @Test("the same seed gives the same samples")
  func determinism() throws {
    let space = try Self.space(Self.hybrids)
    func draw(_ seed: UInt64) -> [String] {
      var random = RandomStream(seed: seed, "test")
      return (0..<20).compactMap { _ in space.sample(using: &random)?.layout.canonical }
    }
    #expect(draw(1) == draw(1) && draw(1) != draw(2))
  }

  @Test("constraints hold for every sample")
  func constraints() throws {
    let space = try Self.space(
      Self.hybrids,
      more: """
        "constraints": { "parameters": { "max": 1200000 }, "state": { "max": 400000, "context": 512 },
          "layers": { "min": 5 }, "share": { "attention": { "max": 0.25 }, "recurrent": { "min": 0.5 } } }
        """)
    var random = RandomStream(seed: 1, "test")
    for _ in 0..<100 {
      let proposal = try #require(space.sample(using: &random))
      let layers = proposal.layout.layers
      #expect(proposal.costs.parameters <= 1_200_000 && proposal.costs.state <= 400_000 && layers.count >= 5)
      let mixers = layers.filter { $0[0].type.specification.kind == .sequenceMixer }.map { $0[0] }
      let full = mixers.count { $0.type.specification.name == "attention" && $0.options["window"] == nil }
      let recurrent = mixers.count { ["mamba", "linear-attention"].contains($0.canonical) }
      #expect(4 * full <= mixers.count && 2 * recurrent >= mixers.count)
    }
  }
}
