import Architecture

/// The layer patterns of Megatron-LM's hybrid models (`--hybrid-override-pattern`), one letter a layer. A letter is the
/// primitive with its default options.
enum Megatron {
  /// Mamba layers are Mamba-2 there (Waleffe et al. 2024, arXiv 2406.07887); `-` is the model's channel mixer.
  private static let letters: [(letter: Unicode.Scalar, primitive: String)] = [
    ("M", "mamba2"), ("*", "attention"), ("-", "swiglu"), ("E", "moe-mlp"), ("G", "gated-deltanet"),
  ]

  static let allowed =
    "the layers are " + letters.map { "\($0.letter) (\($0.primitive))" }.joined(separator: ", ")

  static func primitive(_ letter: Unicode.Scalar) -> String? { letters.first { $0.letter == letter }?.primitive }

  static func letter(_ canonical: String) -> Unicode.Scalar? { letters.first { $0.primitive == canonical }?.letter }
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
