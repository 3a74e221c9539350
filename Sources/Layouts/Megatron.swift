import Architecture

/// The layer patterns of Megatron-LM's hybrid models (`--hybrid-layer-pattern`, before that
/// `--hybrid-override-pattern`), one letter a layer. A letter is the primitive with its default options.
enum Megatron {
  /// Mamba layers are Mamba-2 there (Waleffe et al. 2024, arXiv 2406.07887); `-` is the model's channel mixer.
  private static let letters: [(letter: Unicode.Scalar, primitive: String)] = [
    ("M", "mamba2"), ("*", "attention"), ("-", "swiglu"), ("E", "moe-mlp"), ("G", "gated-deltanet"),
  ]

  /// Letters of newer versions: what they are there, and what could stand in.
  private static let strangers: [(letter: Unicode.Scalar, meaning: String, substitute: String)] = [
    ("D", "sparse latent attention (DeepSeek sparse attention)", "'*' (attention)"),
    ("C", "compressed sparse attention, one entry for 4 tokens", "'*' (attention)"),
    ("H", "heavily compressed attention, one entry for 128 tokens", "'*' (attention)"),
    ("W", "attention over a window", "'sliding-attention', outside of the pattern,"),
    ("+", "multi-head latent attention", "'*' (attention)"),
  ]

  static let allowed =
    "the layers are " + letters.map { "\($0.letter) (\($0.primitive))" }.joined(separator: ", ")

  static func primitive(_ letter: Unicode.Scalar) -> String? { letters.first { $0.letter == letter }?.primitive }

  static func letter(_ canonical: String) -> Unicode.Scalar? { letters.first { $0.primitive == canonical }?.letter }

  /// What is wrong with a letter that stands for none of the primitives.
  static func complaint(_ letter: Unicode.Scalar) -> String {
    guard let stranger = strangers.first(where: { $0.letter == letter }) else {
      return "\(quoted([letter])) is not a layer of a Megatron pattern; \(allowed)"
    }
    return "'\(letter)' is \(stranger.meaning) in Megatron patterns, which is no primitive here; "
      + "\(stranger.substitute) could stand in"
  }

  /// Whether a text is a pattern without the prefix `megatron:`: no primitive or hybrid is spelt with these signs alone.
  static func isPattern(_ text: some Collection<Unicode.Scalar>) -> Bool {
    !text.isEmpty
      && text.allSatisfy { sign in
        primitive(sign) != nil || strangers.contains { $0.letter == sign } || MegatronPattern.signs.contains(sign)
      }
  }
}

extension Layout {
  /// The layout as a Megatron pattern, e.g. `megatron:M-M*-`; `nil` if a layer has no letter there.
  public var megatronString: String? {
    var pattern = "megatron:"
    for group in layers {
      guard group.count == 1, let letter = Megatron.letter(group[0].canonical) else { return nil }
      pattern.unicodeScalars.append(letter)
    }
    return pattern
  }
}
