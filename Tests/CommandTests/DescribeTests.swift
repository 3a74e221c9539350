import Foundation
import Testing

@Suite("describe")
struct DescribeTests {
  // Width 8, 5 tokens. Embedding 5·8. mlp: norm 8 and 2·8·3 parameters, 2 FLOPs each of those 48. swiglu: norm 8 and
  // 3·8·4, 2 FLOPs each of those 96. Unembedding: norm 8, 5·8 and 5 biases, 2·5·8 FLOPs. Training is three times that.
  static let arguments =
    ["describe", "swiglu( dim_inner=4 )|mlp(dim_inner=3) mlp(dim_inner=3)"]
    + ["--dim", "8", "--vocabulary", "5", "--context", "4"]

  @Test("the table for people")
  func text() throws {
    let outcome = try Program.run(Self.arguments)
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(
      outcome.output == """
        mlp(dim_inner=3)|swiglu(dim_inner=4) mlp(dim_inner=3)
        width 8, vocabulary 5, context 4; FLOPs per token

        layer        primitive                             parameters  forward FLOPs  training FLOPs  state  exact cache
        embedding                                                  40              0               0      0            0
        1            mlp(dim_inner=3)|swiglu(dim_inner=4)         152            288             864      0            0
        2            mlp(dim_inner=3)                              56             96             288      0            0
        unembedding                                                53             80             240      0            0
        total                                                     301            464           1,392      0            0

        """)
  }

  @Test("CSV")
  func csv() throws {
    let outcome = try Program.run(Self.arguments + ["--csv"])
    #expect(
      outcome.output == """
        layer,primitive,parameters,forwardFLOPsPerToken,trainingFLOPsPerToken,state,cache
        embedding,,40,0,0,0,0
        1,mlp(dim_inner=3)|swiglu(dim_inner=4),152,288,864,0,0
        2,mlp(dim_inner=3),56,96,288,0,0
        unembedding,,53,80,240,0,0
        total,,301,464,1392,0,0

        """)
  }

  @Test("JSON")
  func json() throws {
    struct Output: Decodable {
      struct Part: Decodable, Equatable {
        let layer: Int?
        let primitive: String?
        let parameters: Int
        let forwardFLOPsPerToken, trainingFLOPsPerToken: Double
        let state, cache: Int
      }
      let layout: String
      let megatron: String?
      let dim, vocabulary, context: Int
      let layers: [Part]
      let embedding, unembedding, total: Part
    }
    func output(_ arguments: [String]) throws -> Output {
      try JSONDecoder().decode(Output.self, from: Data(try Program.run(arguments + ["--json"]).output.utf8))
    }
    let described = try output(Self.arguments)
    #expect(described.layout == "mlp(dim_inner=3)|swiglu(dim_inner=4) mlp(dim_inner=3)")
    #expect(described.megatron == nil)
    #expect((described.dim, described.vocabulary, described.context) == (8, 5, 4))
    #expect(
      described.layers[1]
        == Output.Part(
          layer: 2, primitive: "mlp(dim_inner=3)", parameters: 56, forwardFLOPsPerToken: 96, trainingFLOPsPerToken: 288,
          state: 0, cache: 0))
    #expect(described.total.parameters == 301)
    #expect(described.total.trainingFLOPsPerToken == 1392)
    #expect(try output(["describe", "2*swiglu"]).megatron == "megatron:--")
  }

  @Test("a layout from a file")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("layout.txt", "\u{FEFF}2*(\n  mlp\n  swiglu\n)\n".utf8)
    let outcome = try Program.run("describe", "@" + path)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("mlp swiglu mlp swiglu\n"))
  }

  @Test("--normalize says which options bring the state nearest")
  func normalize() throws {
    let arguments = ["describe", "mamba swiglu", "--normalize", "4096"]
    let text = try Program.run(arguments).output
    #expect(
      text.hasSuffix(
        """

        state 4,096 per sequence mixer

        primitive  options     state  difference  parameters  choice
        mamba                  2,048      -2,048     107,264  as given
        mamba      d_state=12  4,096           0     113,408  nearest
        mamba      d_conv=12   4,096           0     109,312
        mamba      expand=4    4,096           0     214,528

        nearest: mamba(d_state=12) swiglu

        """), "\(text)")
    let csv = try Program.run(arguments + ["--csv"]).output
    #expect(csv.hasPrefix("primitive,options,state,difference,parameters,choice\nmamba,,2048,-2048,107264,as given\n"))

    struct Output: Decodable {
      struct Normalization: Decodable { let state: Int, layout: String }
      let normalization: Normalization
    }
    let json = try JSONDecoder().decode(Output.self, from: Data(try Program.run(arguments + ["--json"]).output.utf8))
    #expect(json.normalization.layout == "mamba(d_state=12) swiglu")
  }

  @Test("a pattern without the prefix, a file with one, and a published model's configuration are layouts")
  func files() throws {
    let folder = try TemporaryFolder()
    func write(_ text: String, _ name: String) throws -> String {
      let url = folder.url.appending(path: name)
      try Data(text.utf8).write(to: url)
      return url.path(percentEncoded: false)
    }
    func layout(_ argument: String) throws -> (Program.Outcome, Substring?) {
      let outcome = try Program.run("describe", argument)
      return (outcome, outcome.output.split(separator: "\n").first)
    }
    #expect(try layout("M-*-").1 == "mamba2 swiglu attention swiglu")

    let pattern = try write("M-|M*-/MM/MM\n", "pattern.txt")
    let (heads, text) = try layout("@\(pattern)")
    #expect(text == "mamba2 swiglu mamba2 attention swiglu")
    #expect(heads.errors == "madsearch: note: \(pattern): 2 prediction heads (MM) are left out\n")
    #expect(try layout("@\(pattern):3").1 == "mamba2 attention swiglu")

    let config = try write(
      "{ \"model_type\": \"jamba\", \"layer_types\": [\"mamba\", \"attention\"], \"eps\": Infinity }", "config.json")
    let (model, layers) = try layout("@\(config)")
    #expect(layers == "mamba swiglu attention swiglu")
    #expect(model.errors.contains("4 layers of jamba, with the primitives' default options for the model's own"))

    let bad = try Program.run("describe", "@" + write("{ \"layer_types\": [\"x\\u001by\"] }", "bad.json"))
    #expect(bad.status == 65)
    #expect(bad.errors.contains("bad.json, $.layer_types[0]: there is no layer for "))
    #expect(try Program.run("describe", "@" + write("M-D", "bad.txt")).status == 65)
    #expect(try Program.run("describe", "M-D").status == 2)
    #expect(try Program.run("describe", "@\(pattern):x").status == 2)
    #expect(try Program.run("describe", "@\(pattern):0").status == 65)
  }
}
