import Foundation

/// A whole number of any size, as counts of layouts need.
public struct NaturalNumber: Sendable, Hashable {
  /// Base 2³², the lowest first, without zeros at the end.
  private var limbs: [UInt32]

  public init(_ value: Int) {
    limbs = []
    var rest = UInt64(max(value, 0))
    while rest > 0 {
      limbs.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
  }

  public static func + (a: Self, b: Self) -> Self {
    var sum = NaturalNumber(0)
    var carry: UInt64 = 0
    for place in 0..<max(a.limbs.count, b.limbs.count) {
      carry += UInt64(place < a.limbs.count ? a.limbs[place] : 0) + UInt64(place < b.limbs.count ? b.limbs[place] : 0)
      sum.limbs.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    if carry > 0 { sum.limbs.append(UInt32(carry)) }
    return sum
  }

  /// - Parameter factor: from 0 to 2³² − 1.
  public static func * (a: Self, factor: Int) -> Self {
    var product = NaturalNumber(0)
    var carry: UInt64 = 0
    for limb in a.limbs {
      carry += UInt64(limb) * UInt64(UInt32(clamping: factor))
      product.limbs.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    if carry > 0 { product.limbs.append(UInt32(carry)) }
    while product.limbs.last == 0 { product.limbs.removeLast() }
    return product
  }

  /// The number less one; 0 stays.
  public var predecessor: Self {
    var number = self
    for place in number.limbs.indices {
      let (limb, borrows) = number.limbs[place].subtractingReportingOverflow(1)
      number.limbs[place] = limb
      if !borrows { break }
    }
    while number.limbs.last == 0 { number.limbs.removeLast() }
    return number
  }

  /// Its natural logarithm; −∞ of 0.
  public var logarithm: Double {
    let top = limbs.suffix(3).reversed().reduce(0.0) { $0 * 0x1p32 + Double($1) }
    return log(top) + Double(max(limbs.count - 3, 0)) * 32 * log(2.0)
  }

  /// Its length in memory, in words.
  var size: Int { limbs.count }

  /// The number, if it is not too large.
  public var integer: Int? {
    guard limbs.count <= 2 else { return nil }
    return Int(exactly: limbs.reversed().reduce(UInt64(0)) { $0 << 32 | UInt64($1) })
  }
}

extension NaturalNumber: CustomStringConvertible {
  /// All digits.
  public var description: String {
    var rest = limbs
    var groups: [String] = []
    while !rest.isEmpty {
      var remainder: UInt64 = 0
      for place in rest.indices.reversed() {
        remainder = remainder << 32 | UInt64(rest[place])
        rest[place] = UInt32(remainder / 1_000_000_000)
        remainder %= 1_000_000_000
      }
      while rest.last == 0 { rest.removeLast() }
      groups.append(String(remainder))
    }
    guard let first = groups.popLast() else { return "0" }
    return groups.reversed().reduce(first) { $0 + String(repeating: "0", count: 9 - $1.count) + $1 }
  }
}
