import Configuration
import Engine
import Foundation
import Layouts
import Testing
import Text

@Suite("Configurations of published models")
struct PublishedModelTests {
  private static func model(_ json: String) throws -> PublishedModel {
    try PublishedModel(JSONValue(parsing: Data(json.utf8), takesInfinity: true))
  }

  /// Configurations as the families write them, with other numbers.
  static let models: [(name: String, json: String, layout: String)] = [
    ("a list of kinds", #"{"layer_types": ["full_attention", "conv", "full_attention"]}"#, "AS CS AS"),
    (
      "Granite",
      #"{"model_type": "granitemoehybrid", "mamba_d_head": 64, "num_local_experts": 8, "#
        + #""layer_types": ["mamba", "attention", "mamba"]}"#, "2E AE 2E"
    ),
    (
      "Granite as newer versions write it",
      #"{"model_type": "granitemoehybrid", "num_local_experts": 0, "#
        + #""layer_types": ["linear_attention", "full_attention"]}"#, "2S AS"
    ),
    (
      "Bamba",
      #"{"model_type": "bamba", "num_hidden_layers": 4, "attn_layer_indices": [2], "mamba_d_head": 8, "#
        + #""time_step_limit": [0.0, Infinity]}"#, "2S 2S AS 2S"
    ),
    (
      "no attention at all", #"{"model_type": "bamba", "num_hidden_layers": 2, "attn_layer_indices": []}"#, "2S 2S"
    ),
    (
      "Zamba2", #"{"model_type": "zamba2", "mamba_headdim": 64, "layers_block_type": ["mamba", "hybrid", "mamba"]}"#,
      "2 AS 2 2"
    ),
    (
      "Nemotron-H", #"{"model_type": "nemotron_h", "hybrid_override_pattern": "ME*-", "num_hidden_layers": 4}"#,
      "2 E A S"
    ),
    (
      "Nemotron 3.5", #"{"model_type": "nemotron_h", "layers_block_type": ["mamba", "moe", "attention", "mlp"]}"#,
      "2 E A S"
    ),
    (
      "Qwen3-Next",
      #"{"model_type": "qwen3_next", "num_hidden_layers": 6, "full_attention_interval": 3, "#
        + #""num_experts": 16, "decoder_sparse_step": 1, "mlp_only_layers": [1]}"#, "DE DS AE DE DE AE"
    ),
    (
      "Jamba",
      #"{"model_type": "jamba", "num_hidden_layers": 4, "attn_layer_period": 4, "attn_layer_offset": 1, "#
        + #""expert_layer_period": 2, "expert_layer_offset": 1, "num_experts": 16, "mamba_dt_rank": 4}"#,
      "MS AE MS ME"
    ),
    (
      "Kimi Linear",
      #"{"model_type": "kimi_linear", "num_hidden_layers": 3, "num_experts": 8, "#
        + #""first_k_dense_replace": 1, "linear_attn_config": {"full_attn_layers": [3], "kda_layers": [1, 2]}}"#,
      "DS DE AE"
    ),
    (
      "MiniMax", #"{"model_type": "minimax_text_01", "attn_type_list": [0, 0, 1], "num_local_experts": 4}"#,
      "LE LE AE"
    ),
    (
      "Hymba", #"{"model_type": "hymba", "num_hidden_layers": 3, "global_attn_idx": [0], "sliding_window": 1024}"#,
      "A|MS W|MS W|MS"
    ),
    ("Falcon-H1", #"{"model_type": "falcon_h1", "num_hidden_layers": 2, "mamba_d_head": 64}"#, "A|2S A|2S"),
    ("Gemma 2", #"{"model_type": "gemma2", "num_hidden_layers": 3, "sliding_window": 4096}"#, "WS AS WS"),
    (
      "Gemma 3",
      #"{"text_config": {"model_type": "gemma3_text", "num_hidden_layers": 4, "#
        + #""sliding_window_pattern": 3}, "vision_config": {"num_hidden_layers": 9}}"#, "WS WS AS WS"
    ),
    (
      "RecurrentGemma",
      #"{"model_type": "recurrent_gemma", "num_hidden_layers": 4, "attention_window_size": 99, "#
        + #""block_types": ["recurrent", "recurrent", "attention"]}"#, "GS GS WS GS"
    ),
    ("LFM2, older", #"{"model_type": "lfm2", "num_hidden_layers": 3, "full_attn_idxs": [1]}"#, "CS AS CS"),
    (
      "StripedHyena", #"{"attn_layer_idxs": [1], "hyena_layer_idxs": [0, 2], "num_layers": 3}"#, "HS AS HS"
    ),
    (
      "a state-space checkpoint",
      #"{"n_layer": 3, "d_intermediate": 0, "ssm_cfg": {"layer": "Mamba2"}, "#
        + #""attn_layer_idx": [1]}"#, "2 A 2"
    ),
    (
      "Flash Linear Attention", #"{"model_type": "gla", "num_hidden_layers": 3, "attn": {"layers": [1]}}"#,
      "GS AS GS"
    ),
    ("RWKV-6", #"{"model_type": "rwkv6", "num_hidden_layers": 2}"#, "RT RC RT RC"),
    ("Mamba", #"{"model_type": "mamba", "num_hidden_layers": 2, "intermediate_size": 99}"#, "M M"),
    ("Llama", #"{"model_type": "llama", "num_hidden_layers": 2, "hidden_act": "silu"}"#, "AS AS"),
    ("GPT-2", #"{"model_type": "gpt2", "n_layer": 1}"#, "AF"),
    ("Mixtral", #"{"model_type": "mixtral", "num_hidden_layers": 1, "num_local_experts": 8}"#, "AE"),
    (
      "experts by layer", #"{"num_hidden_layers": 3, "mlp_layer_types": ["dense", "sparse", "dense"]}"#, "AS AE AS"
    ),
    ("experts by flags", #"{"num_hidden_layers": 2, "moe_layer_freq": [0, 1], "n_routed_experts": 4}"#, "AS AE"),
  ]

  private static let letters: [Character: String] = [
    "A": "attention", "W": "sliding-attention", "M": "mamba", "2": "mamba2", "D": "gated-deltanet",
    "G": "gated-linear-attention", "L": "linear-attention", "C": "gated-short-conv", "H": "hyena", "S": "swiglu",
    "E": "moe-mlp", "F": "mlp",
  ]

  /// A layer a letter; `|` joins its neighbours.
  private static func layout(_ letters: String) throws -> Layout {
    guard !letters.hasPrefix("R") else {
      return try Layout(
        parsing: letters.replacing("RT", with: "rwkv6-time-mixer").replacing("RC", with: "rwkv6-channel-mixer"))
    }
    var text = ""
    for letter in letters {
      if let name = Self.letters[letter] {
        text += (text.isEmpty || text.last == "|" ? "" : " ") + name
      } else if letter == "|" {
        text += "|"
      }
    }
    return try Layout(parsing: text)
  }

  @Test("layers as the families say them", arguments: models)
  func layers(_ name: String, _ json: String, _ expected: String) throws {
    #expect(try Self.model(json).layout == Self.layout(expected))
  }

  @Test("notes say what stands for what")
  func notes() throws {
    let gemma = try Self.model(
      #"{"model_type": "gemma2", "num_hidden_layers": 2, "sliding_window": 4096, "hidden_act": "gelu"}"#)
    #expect(
      gemma.notes == [
        "sliding-attention has a window of 16 for the model's 4096", "swiglu stands for the channel mixer with gelu",
        "4 layers of gemma2, with the primitives' default options for the model's own",
      ])
    let heads = try Self.model(#"{"hybrid_override_pattern": "M-/M-", "num_nextn_predict_layers": 2}"#)
    #expect(heads.notes.contains("a prediction head (M-) is left out"))
    #expect(heads.notes.contains("2 prediction heads are left out"))
  }

  @Test(
    "what is wrong, and where",
    arguments: [
      ("[]", "$: it must be a model's configuration, found an empty list"),
      ("{}", "$: it says neither what its layers are (layer_types, layers_block_type,"),
      (#"{"layer_types": []}"#, "$.layer_types: it must list 1 to 1024 layers, found 0"),
      (#"{"layer_types": "mamba"}"#, "$.layer_types: it must be a list, found 'mamba'"),
      (#"{"layer_types": ["mamba", 3]}"#, "$.layer_types[1]: it must be a text, found 3"),
      (
        #"{"layer_types": ["mamba", "full_atention"]}"#,
        "$.layer_types[1]: there is no layer for 'full_atention' here; did you mean 'full_attention'?"
      ),
      (#"{"hybrid_override_pattern": "MXM"}"#, "$.hybrid_override_pattern: 'X' is not a layer of a Megatron pattern"),
      (#"{"num_hidden_layers": 0}"#, "$.num_hidden_layers: it must be a whole number from 1 to 1024, found 0"),
      (#"{"num_hidden_layers": 1e300}"#, "$.num_hidden_layers: it must be a whole number from 1 to 1024"),
      (
        #"{"num_hidden_layers": 4, "attn_layer_indices": [9]}"#,
        "$.attn_layer_indices[0]: it must be a whole number from 0 to 3, found 9"
      ),
      (#"{"num_hidden_layers": 4, "full_attention_interval": 0}"#, "$.full_attention_interval: it must be a whole"),
      (#"{"text_config": {"num_hidden_layers": 0}}"#, "$.text_config.num_hidden_layers: it must be a whole number"),
      (#"{"num_hidden_layers": 1000}"#, "$: the layout has more than 1024 layers"),
    ])
  func errors(_ json: String, _ message: String) {
    let error = #expect(throws: ConfigurationError.self) { try Self.model(json) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test("no values of the keys that are read crash")
  func noise() throws {
    var random = RandomStream(seed: 6, "configurations")
    let keys = Set(Self.models.flatMap { $0.json.split(separator: "\"").map(String.init) })
      .filter { $0.contains("_") || $0 == "attn" }.sorted()
    let values = [
      "null", "true", "-1", "0", "1", "2", "7", "1e40", "0.5", "NaN", "-Infinity", "\"mamba\"", "\"attention|mamba\"",
      "\"|\"",
      "[]", "[0]", "[1, 0]", "[\"attention\"]", "[\"mlp\", \"own\"]", "[null]", "{}", "{ \"layers\": [1] }",
      "{ \"full_attn_layers\": [0] }", "9223372036854775807",
    ]
    for _ in 0..<4_000 {
      var members: [String: String] = ["num_hidden_layers": "\(1 + random.integer(below: 4))"]
      for _ in 0...random.integer(below: 4) {
        members[keys[random.integer(below: keys.count)]] = values[random.integer(below: values.count)]
      }
      let json = "{" + members.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
      do {
        let layout = try Self.model(json).layout
        #expect(try Layout(parsing: layout.canonical) == layout)
      } catch {
        #expect(error is ConfigurationError, "\(json)")
      }
    }
  }
}
