import Foundation

/// A reproducible stream of random numbers, keyed by what it is for.
///
/// The stream is counter-based (SplitMix64; Steele, Lea and Flood, OOPSLA 2014): its values depend only on the seed and
/// the keys, never on who drew what before, so data sets and initial weights are the same on every machine.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A stream for `seed` and any number of keys, e.g. `RandomStream(seed: 1, "memorization", "test", 17)`.
  public init(seed: UInt64, _ keys: Key...) {
    state = mix(seed &+ goldenGamma)
    for key in keys { state = mix(state ^ key.hash &+ goldenGamma) }
  }

  /// A word or a number that distinguishes one stream from another.
  public struct Key: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    let hash: UInt64

    public init(stringLiteral value: String) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(value) }
    public init(_ value: Int) { hash = mix(UInt64(bitPattern: Int64(value))) }
    /// FNV-1a over the UTF-8 bytes.
    public init(_ value: String) { self.init(bytes: Array(value.utf8)) }
    /// FNV-1a.
    public init(bytes: [UInt8]) {
      hash = bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
  }

  public mutating func next() -> UInt64 {
    state &+= goldenGamma
    return mix(state)
  }

  /// A uniform integer in `0..<bound`; `bound` must be positive (Lemire 2019, arXiv 1805.10941).
  ///
  /// Written out, not left to the standard library, so that data sets are the same with every compiler.
  public mutating func integer(below bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      // Values below 2⁶⁴ mod bound would come up once too often.
      let excess = (0 &- bound) % bound
      while product.low < excess { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// A uniform number in [0, 1).
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A standard normal number (Box and Muller 1958, the cosine branch).
  public mutating func normal() -> Double {
    let radius = (-2 * Foundation.log(1 - uniform())).squareRoot()
    return radius * Foundation.cos(2 * Double.pi * uniform())
  }
}

private let goldenGamma: UInt64 = 0x9e37_79b9_7f4a_7c15

private func mix(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}
