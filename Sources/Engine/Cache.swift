import Foundation

/// The caches of this machine, as the system describes them.
public enum Cache {
  /// The bytes of a core's second-level cache; 1 MiB where the system does not say.
  public static let secondLevel: Int = {
    let size = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
    return size > 0 ? Int(size) : 1 << 20
  }()

  /// How many positions go through a stack of layers at once: 256 for each MiB of the second-level cache, a power of two
  /// from 128 to 512. Fewer would move weights and their gradients too often, more would spill activations.
  public static func positions(secondLevel: Int = secondLevel) -> Int {
    var positions = 128
    while positions < 512, secondLevel >= 2 * positions * 4096 { positions *= 2 }
    return positions
  }
}
