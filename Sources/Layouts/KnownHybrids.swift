import Architecture
import Text

/// The layer patterns of published hybrids and baselines.
public enum KnownHybrids {
  /// The hybrid with a name.
  /// - Throws: `HybridError` with the nearest name.
  public static func named(_ name: String) throws(HybridError) -> KnownHybrid {
    guard let hybrid = all.first(where: { $0.name == name }) else {
      throw HybridError(
        "there is no hybrid '\(clipped(name.unicodeScalars))'"
          + suggestion(for: name, among: all.map(\.name), otherwise: "the hybrids are"))
    }
    return hybrid
  }

  /// In order: baselines of one mixer, the striped models of the MAD paper, and hybrids by family.
  public static let all: [KnownHybrid] = baselines + striped + convolutional + stateSpace + linear + windowed + found

  private static let mad = "arXiv 2403.17844"

  private static let baselines = [
    KnownHybrid(
      "transformer++", stripe: "attention swiglu", published: "32*(attention swiglu)",
      source: "Llama 7B, arXiv 2302.13971"),
    KnownHybrid("hyena", stripe: "hyena swiglu", source: "arXiv 2302.10866"),
    KnownHybrid("mh-hyena", stripe: "mh-hyena swiglu", source: mad),
    KnownHybrid("mamba", stripe: "mamba", source: "arXiv 2312.00752", note: "no channel mixers"),
    KnownHybrid("mamba2", stripe: "mamba2", source: "arXiv 2405.21060", note: "no channel mixers"),
    KnownHybrid("gla", stripe: "gated-linear-attention swiglu", source: "arXiv 2312.06635"),
    KnownHybrid("rwkv-5", stripe: "rwkv5-time-mixer rwkv5-channel-mixer", source: "arXiv 2404.05892"),
    KnownHybrid("rwkv-6", stripe: "rwkv6-time-mixer rwkv6-channel-mixer", source: "arXiv 2404.05892"),
  ]

  private static let striped = [
    KnownHybrid(
      "striped-hyena", stripe: "hyena swiglu attention swiglu", published: "16*(hyena swiglu attention swiglu)",
      source: "StripedHyena-7B"),
    KnownHybrid(
      "striped-hyena-25", stripe: "attention swiglu 3*(hyena swiglu)", source: mad,
      note: "the share of attention that the paper found best"),
    KnownHybrid("striped-mh-hyena", stripe: "mh-hyena swiglu attention swiglu", source: mad),
    KnownHybrid("striped-mh-hyena-moe", stripe: "mh-hyena moe-mlp attention moe-mlp", source: mad),
    KnownHybrid(
      "striped-hyena-experts-moe", stripe: "hyena-experts moe-mlp attention moe-mlp", source: mad,
      note: "the best of the paper's figure"),
    KnownHybrid(
      "striped-mamba", stripe: "attention swiglu 6*mamba", source: mad,
      note: "attention and its channel mixer take a quarter of the layers, two Mamba layers the place of any other pair"
    ),
  ]

  private static let convolutional = [
    KnownHybrid(
      "evo-1",
      published: "8*(hyena swiglu) 2*(attention swiglu 7*(hyena swiglu)) attention swiglu 7*(hyena swiglu)",
      source: "Evo 7B", note: "attention in blocks 8, 16 and 24 of 32, counted from 0"),
    KnownHybrid(
      "striped-hyena-2",
      stripe: """
        gated-short-conv(kernel=7) swiglu gated-short-conv(kernel=32) swiglu hyena swiglu attention swiglu \
        gated-short-conv(kernel=7) swiglu gated-short-conv(kernel=32) swiglu hyena swiglu
        """,
      source: "Evo 2",
      note: "gated-short-conv stands for the short and the medium Hyena operators, 32 taps for the medium one's 128"),
    KnownHybrid(
      "h3-hybrid", published: "6*(gated-short-conv swiglu) attention swiglu 5*(gated-short-conv swiglu)",
      source: "H3 125M, arXiv 2212.14052",
      note: "gated-short-conv stands for the shift and diagonal state spaces, swiglu for the MLP"),
    KnownHybrid(
      "based",
      stripe: """
        gated-short-conv swiglu linear-attention swiglu sliding-attention swiglu 2*(gated-short-conv swiglu)
        """,
      source: "arXiv 2402.18668",
      note: "linear attention in one of five mixers beside the sliding attention, with elu + 1 for the Taylor map"),
    KnownHybrid(
      "lfm2",
      published: """
        3*(2*(gated-short-conv swiglu) attention swiglu) 3*(gated-short-conv swiglu attention swiglu) \
        gated-short-conv swiglu
        """,
      source: "arXiv 2511.23404", note: "attention in blocks 2, 5, 8, 10, 12 and 14 of 16, counted from 0"),
  ]

  private static let stateSpace = [
    KnownHybrid(
      "jamba",
      stripe: "2*(mamba swiglu mamba moe-mlp) attention swiglu mamba moe-mlp mamba swiglu mamba moe-mlp",
      published: "4*(2*(mamba swiglu mamba moe-mlp) attention swiglu mamba moe-mlp mamba swiglu mamba moe-mlp)",
      source: "arXiv 2403.19887"),
    KnownHybrid(
      "samba", stripe: "mamba swiglu sliding-attention swiglu", source: "arXiv 2406.07522",
      note: "a window of 16 for the model's 2048"),
    KnownHybrid(
      "zamba", stripe: "6*mamba attention swiglu", source: "arXiv 2405.16712",
      note: "the model's attention layers share one set of weights, here each has its own"),
    KnownHybrid(
      "zamba2",
      published: "7*(6*mamba2 attention swiglu) 5*mamba2 attention swiglu 4*mamba2 attention swiglu 3*mamba2",
      source: "Zamba2-2.7B, arXiv 2411.15242",
      note: "the model's attention layers share two sets of weights in turn, here each has its own"),
    KnownHybrid(
      "bamba", published: "9*(mamba2 swiglu) 2*(attention swiglu 8*(mamba2 swiglu)) attention swiglu 4*(mamba2 swiglu)",
      source: "Bamba-9B", note: "attention in blocks 9, 18 and 27 of 32, counted from 0"),
    KnownHybrid(
      "granite-4", stripe: "5*(mamba2 swiglu) attention swiglu 4*(mamba2 swiglu)",
      published: "4*(5*(mamba2 swiglu) attention swiglu 4*(mamba2 swiglu))", source: "Granite-4.0-H-Micro",
      note: "the channel mixers of H-Tiny and H-Small have experts"),
    KnownHybrid(
      "falcon-h1", stripe: "attention|mamba2 swiglu", published: "72*(attention|mamba2 swiglu)",
      source: "Falcon-H1-34B, arXiv 2507.22448"),
    KnownHybrid(
      "hymba",
      published: """
        attention|mamba swiglu 14*(sliding-attention|mamba swiglu) attention|mamba swiglu \
        15*(sliding-attention|mamba swiglu) attention|mamba swiglu
        """,
      source: "Hymba-1.5B, arXiv 2411.13676",
      note: "a window of 16 for the model's 1024; a sum for the mean of normalised heads; no meta tokens"),
    KnownHybrid(
      "nemotron-h",
      published: "3*megatron:M- 3*megatron:M*-M-M-M-M- megatron:M*-M-M-M-M-M-",
      source: "Nemotron-H-8B, arXiv 2504.03624", note: "swiglu stands for the MLP with squared ReLU"),
    KnownHybrid(
      "nemotron-3-nano",
      published: "megatron:MEMEM*E 4*megatron:MEMEM*E megatron:MEMEMEM*E megatron:MEMEMEME",
      source: "Nemotron 3 Nano"),
    KnownHybrid(
      "nemotron-3-super",
      published: """
        megatron:MEMEMEM* 2*megatron:EMEMEMEM* 4*megatron:EMEMEMEMEM* megatron:EMEMEMEM* megatron:EMEMEMEME
        """,
      source: "Nemotron 3 Super 120B-A12B", note: "moe-mlp stands for latent experts; no prediction heads"),
  ]

  private static let linear = [
    KnownHybrid(
      "griffin", stripe: "2*(gated-linear-attention swiglu) sliding-attention swiglu", source: "arXiv 2402.19427",
      note: "gated-linear-attention stands for the gated linear recurrence, a window of 16 for the model's 1024 or 2048"
    ),
    KnownHybrid(
      "minimax-01", stripe: "7*(linear-attention moe-mlp) attention moe-mlp",
      published: "10*(7*(linear-attention moe-mlp) attention moe-mlp)", source: "arXiv 2501.08313",
      note: "linear-attention stands for lightning attention"),
    KnownHybrid(
      "qwen3-next", stripe: "3*(gated-deltanet moe-mlp) attention moe-mlp",
      published: "12*(3*(gated-deltanet moe-mlp) attention moe-mlp)", source: "Qwen3-Next-80B-A3B",
      note: "attention stands for gated attention"),
    KnownHybrid(
      "kimi-linear",
      published: "6*(3*(gated-deltanet moe-mlp) attention moe-mlp) 2*(gated-deltanet moe-mlp) attention moe-mlp",
      source: "Kimi-Linear-48B-A3B, arXiv 2510.26692",
      note:
        "gated-deltanet stands for Kimi delta attention, attention for latent attention; every channel mixer has experts"
    ),
    KnownHybrid(
      "nemotron-flash", stripe: "2*(gated-deltanet swiglu mamba2 swiglu) attention swiglu mamba2 swiglu",
      source: "Nemotron-Flash"),
  ]

  private static let windowed = [
    KnownHybrid(
      "gemma-2", stripe: "sliding-attention swiglu attention swiglu", source: "arXiv 2408.00118",
      note: "a window of 16 for the model's 4096, swiglu for its GeGLU"),
    KnownHybrid(
      "gemma-3", stripe: "5*(sliding-attention swiglu) attention swiglu", source: "arXiv 2503.19786",
      note: "a window of 16 for the model's 1024, swiglu for its GeGLU"),
  ]

  /// Patterns that a search has found.
  private static let found = [
    KnownHybrid("composer-stack", stripe: "2*attention 4*swiglu", source: "arXiv 2510.00379"),
    KnownHybrid(
      "composer-stretch", published: "2*attention 5*swiglu 2*attention 3*swiglu attention 3*swiglu",
      source: "arXiv 2510.00379"),
  ]
}
