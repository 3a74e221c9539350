import Configuration
import Text

/// What a word for a kind of layer means in the configurations of published models.
struct LayerMeaning {
  /// In notation.
  let layers: String
  /// Whether the model's channel mixer follows, as it does after a sequence mixer in most models.
  var hasChannelMixer = true
  /// What stands for what, for people.
  var note: String?
}

/// The words for kinds of layers.
struct LayerWords {
  /// Models whose layers are sequence mixers alone, or bring a channel mixer along.
  private static let withoutChannelMixers: Set<String> = ["mamba", "mamba2", "falcon_mamba", "zamba", "zamba2"]

  /// Stands for the mixer that the model's family is named for.
  static let own = "own"

  private let family: String
  private let stateSpace: String
  private let window: Int?
  /// Whether all attention is windowed unless layers say otherwise.
  private let isWindowed: Bool
  /// Whether the mixers are state spaces unless layers say otherwise.
  private let isStateSpace: Bool
  /// Whether a channel mixer follows each sequence mixer.
  private let hasChannelMixers: Bool

  /// - Throws: `ConfigurationError`.
  init(_ model: ModelConfiguration, hasChannelMixers: Bool = true) throws(ConfigurationError) {
    family = model.family
    // Mamba-2 has heads.
    let settings = try model.object("ssm_cfg")
    let isMamba2 =
      ["mamba_d_head", "mamba_headdim", "mamba_head_dim"].contains { model.has($0) }
      || ["mamba2", "bamba", "nemotron_h", "granitemoehybrid", "falcon_h1", "zamba2"].contains(family)
    let isNamedMamba2 = try settings?.text("layer") == "Mamba2"
    stateSpace = isMamba2 || isNamedMamba2 ? "mamba2" : "mamba"
    isStateSpace = settings != nil
    window = try model.integer(anyOf: ["sliding_window", "attention_window_size", "local_window_size"])
    isWindowed = model.has("sliding_window") && !model.isOff("use_sliding_window")
    let inner = try model.integer("d_intermediate")
    let isBare = settings != nil && inner ?? 0 == 0
    self.hasChannelMixers = hasChannelMixers && !isBare && !Self.withoutChannelMixers.contains(family)
  }

  private static let known = [
    "full_attention", "attention", "sliding_attention", "chunked_attention", "linear_attention", "mamba", "mamba2",
    "conv", "recurrent", "hybrid", "mlp", "moe",
  ]

  /// - Parameter word: of heads side by side, several with `|` between them.
  /// - Throws: `ConfigurationError` if the word is none of those that are known.
  func meaning(_ word: String, at path: String) throws(ConfigurationError) -> LayerMeaning {
    let words = word.lowercased().split(separator: "|", omittingEmptySubsequences: false)
    var meanings: [LayerMeaning] = []
    for word in words { meanings.append(try meaning(of: String(word), at: path)) }
    let note = meanings.compactMap(\.note).joined(separator: ", ")
    return LayerMeaning(
      layers: meanings.map(\.layers).joined(separator: "|"), hasChannelMixer: meanings[0].hasChannelMixer,
      note: note.isEmpty ? nil : note)
  }

  private func meaning(of word: String, at path: String) throws(ConfigurationError) -> LayerMeaning {
    switch word {
    case Self.own: return own
    case "full_attention", "attention", "global_attention", "global", "full", "a", "attn", "nope_attention":
      return mixer("attention")
    case "sliding_attention", "local_attention", "sliding_window", "local", "swa", "sliding_window_attention":
      return windowed(windowNote)
    case "chunked_attention": return windowed("a window of 16 for the model's chunks")
    case "linear_attention": return linearAttention
    case "mamba", "mamba1", "m", "ssm": return mixer(stateSpace)
    case "mamba2": return mixer("mamba2")
    case "gated_deltanet", "gated_delta_net", "gated_delta_rule", "gdn", "deltanet", "delta_net":
      return mixer("gated-deltanet")
    case "kda", "kimi_delta_attention":
      return mixer("gated-deltanet", "gated-deltanet stands for Kimi delta attention")
    case "conv", "short_conv": return mixer("gated-short-conv")
    case "hyena": return mixer("hyena")
    case "hyena_medium":
      return mixer("gated-short-conv(kernel=32)", "gated-short-conv stands for the medium Hyena operator")
    case "hyena_short":
      return mixer("gated-short-conv(kernel=7)", "gated-short-conv stands for the short Hyena operator")
    case "recurrent", "rglru", "rg_lru", "r":
      return mixer(
        "gated-linear-attention", "gated-linear-attention stands for the gated linear recurrence")
    case "hybrid", "g", "h", "parallel_hybrid": return hybrid
    case "mlp", "dense", "-": return LayerMeaning(layers: "swiglu", hasChannelMixer: false)
    case "moe", "sparse", "e": return LayerMeaning(layers: "moe-mlp", hasChannelMixer: false)
    default:
      let names = Self.known.joined(separator: ", ")
      throw ConfigurationError(
        path: path,
        reason: "there is no layer for '\(word)' here" + suggestion(for: word, among: Self.known)
          + "; the kinds that are understood are \(names)")
    }
  }

  /// The mixer that the family is named for; attention unless that is another one.
  private var own: LayerMeaning {
    switch family {
    case "gla": mixer("gated-linear-attention")
    case "linear_attn": mixer("linear-attention")
    case "gated_deltanet", "delta_net": mixer("gated-deltanet")
    case "kda": mixer("gated-deltanet", "gated-deltanet stands for Kimi delta attention")
    case "rwkv5": mixer("rwkv5-time-mixer")
    case "rwkv6": mixer("rwkv6-time-mixer")
    case "rwkv7": mixer("rwkv6-time-mixer", "RWKV-6 stands for RWKV-7")
    case "hyena", "stripedhyena": mixer("hyena")
    case "falcon_h1", "hymba": mixer("attention|\(stateSpace)")
    case "": mixer(isStateSpace ? stateSpace : "attention")
    case "mamba", "mamba2", "falcon_mamba", "bamba", "zamba", "zamba2": mixer(stateSpace)
    default: isWindowed ? windowed(windowNote) : mixer("attention")
    }
  }

  private func mixer(_ name: String, _ note: String? = nil) -> LayerMeaning {
    LayerMeaning(layers: name, hasChannelMixer: hasChannelMixers, note: note)
  }

  private var windowNote: String { "a window of 16" + (window.map { " for the model's \($0)" } ?? "") }

  private func windowed(_ note: String) -> LayerMeaning { mixer("sliding-attention", "sliding-attention has \(note)") }

  /// The word is used for everything whose state does not grow.
  private var linearAttention: LayerMeaning {
    switch family {
    case _ where family.hasPrefix("minimax") || family.hasPrefix("bailing") || family.hasPrefix("ring"):
      mixer("linear-attention", "linear-attention stands for lightning attention")
    case "kimi_linear": mixer("gated-deltanet", "gated-deltanet stands for Kimi delta attention")
    case "recurrent_gemma":
      mixer("gated-linear-attention", "gated-linear-attention stands for the gated linear recurrence")
    case "granitemoehybrid", "bamba", "jamba", "nemotron_h", "zamba", "zamba2", "mamba", "mamba2", "falcon_mamba":
      mixer(stateSpace)
    case _ where family.hasPrefix("qwen3") || family.hasPrefix("olmo"): mixer("gated-deltanet")
    default: mixer("gated-deltanet", "'linear_attention' is taken for gated-deltanet")
    }
  }

  /// Heads side by side, or, in Zamba, a block of attention and channel mixer before the state space.
  private var hybrid: LayerMeaning {
    switch family {
    case "zamba", "zamba2":
      LayerMeaning(
        layers: "attention swiglu \(stateSpace)", hasChannelMixer: false,
        note: "the model's attention layers share their weights, here each has its own")
    default: mixer("attention|\(stateSpace)")
    }
  }
}
