/// Some of the lanes of a vector. Bits instead of `SIMDMask`, whose choices are made lane by lane when the mask is not
/// known to the compiler.
public struct LaneMask: Sendable {
  @usableFromInline let bits: SIMD16<UInt32>

  @inlinable public static var all: LaneMask { @inline(__always) get { LaneMask(bits: SIMD16(repeating: .max)) } }

  @inlinable @inline(__always) init(bits: SIMD16<UInt32>) { self.bits = bits }

  /// The first `count` lanes.
  @inlinable @inline(__always) public init(first count: Int) {
    let numbers = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    // The sign bit of number − count, spread over the lane.
    let signs = (numbers &- SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: count))) &>> SIMD16<Int32>(repeating: 31)
    self.init(bits: unsafeBitCast(signs, to: SIMD16<UInt32>.self))
  }

  @inlinable public var inverted: LaneMask { @inline(__always) get { LaneMask(bits: ~bits) } }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// Stores the first `count` lanes and leaves what lies behind them as it is.
  @inlinable @inline(__always) public func store(_ value: Vector, _ offset: Int, first count: Int) {
    switch count {
    case 16:
      store(value, offset)
    case 8:
      UnsafeMutableRawPointer(self + offset)
        .storeBytes(of: unsafeBitCast(value, to: (SIMD8<Float>, SIMD8<Float>).self).0, as: SIMD8<Float>.self)
    default:
      store(vector(offset).replacing(with: value, where: LaneMask(first: count)), offset)
    }
  }
}

extension SIMD16 where Scalar == Float {
  /// The lanes of `mask`, zero elsewhere.
  @inlinable @inline(__always) public func only(_ mask: LaneMask) -> Self {
    unsafeBitCast(raw & mask.bits, to: Self.self)
  }

  /// `other` in the lanes of `mask`, and what was in the rest.
  @inlinable @inline(__always) public func replacing(with other: Self, where mask: LaneMask) -> Self {
    unsafeBitCast((raw & ~mask.bits) | (other.raw & mask.bits), to: Self.self)
  }

  @inlinable @inline(__always) var raw: SIMD16<UInt32> { unsafeBitCast(self, to: SIMD16<UInt32>.self) }

  /// Neighbours at a distance of 1, 2, 4 or 8 lanes change places.
  @inlinable @inline(__always) public var swapped1: Self {
    var swapped = self
    (swapped.evenHalf, swapped.oddHalf) = (oddHalf, evenHalf)
    return swapped
  }

  @inlinable @inline(__always) public var swapped2: Self {
    unsafeBitCast(unsafeBitCast(self, to: SIMD8<UInt64>.self).swappedPairs, to: Self.self)
  }

  @inlinable @inline(__always) public var swapped4: Self {
    let pairs = unsafeBitCast(self, to: SIMD8<UInt64>.self)
    var swapped = pairs
    (swapped.evenHalf, swapped.oddHalf) = (pairs.evenHalf.swappedPairs, pairs.oddHalf.swappedPairs)
    return unsafeBitCast(swapped, to: Self.self)
  }

  @inlinable @inline(__always) public var swapped8: Self { Self(lowHalf: highHalf, highHalf: lowHalf) }

  /// `1/√x` for positive normal x: a first guess from the exponent's bits, then three steps of Newton's method. Division
  /// and square root take several times as long.
  @inlinable @inline(__always) public var inverseSquareRoot: Self {
    let bits = raw &>> SIMD16<UInt32>(repeating: 1)
    var y = unsafeBitCast(SIMD16<UInt32>(repeating: 0x5f37_59df) &- bits, to: Self.self)
    let half = self * Self(repeating: -0.5)
    y *= Self(repeating: 1.5).addingProduct(half * y, y)
    y *= Self(repeating: 1.5).addingProduct(half * y, y)
    y *= Self(repeating: 1.5).addingProduct(half * y, y)
    return y
  }
}

extension SIMD8 where Scalar == UInt64 {
  @inlinable @inline(__always) var swappedPairs: Self {
    var swapped = self
    (swapped.evenHalf, swapped.oddHalf) = (oddHalf, evenHalf)
    return swapped
  }
}

extension SIMD4 where Scalar == UInt64 {
  @inlinable @inline(__always) var swappedPairs: Self {
    var swapped = self
    (swapped.evenHalf, swapped.oddHalf) = (oddHalf, evenHalf)
    return swapped
  }
}
