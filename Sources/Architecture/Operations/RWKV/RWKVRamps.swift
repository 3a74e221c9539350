import Foundation

/// The initial values by channel of RWKV-5 and RWKV-6 (RWKV-LM, `RWKV-v5/src/model.py`).
///
/// There they change with depth. A primitive does not know its layer, so these are the values of the first one, which
/// MAD's code gives to every layer: with i the channel of D,
/// `mix = (i/D)^power`, `decay = −6 + 5 (i/(D−1))^0.7`, `bonus = 0.1 ((i+1) mod 3 − 1)`.
enum RWKVRamps {
  /// The share of the present position.
  static func present(dim: Int, power: Double) -> Initializer {
    .values { index, _ in pow(Double(index) / Double(dim), power) }
  }

  /// The share of the previous position.
  static func previous(dim: Int, power: Double) -> Initializer {
    .values { index, _ in 1 - pow(Double(index) / Double(dim), power) }
  }

  static func decay(dim: Int) -> Initializer {
    .values { index, _ in -6 + 5 * pow(Double(index) / Double(max(dim - 1, 1)), 0.7) }
  }

  static let bonus = Initializer.values { index, _ in 0.1 * Double((index + 1) % 3 - 1) }
}
