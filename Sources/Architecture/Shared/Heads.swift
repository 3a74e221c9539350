import Engine

/// How the channels of `[sequences, time, dim]` are cut in heads: channel = head · width + i.
struct Heads {
  let count, width, time: Int

  var dim: Int { count * width }

  /// How many floats past its end a buffer must hold that is read and written in groups of sixteen channels of a head.
  static let overhang = vectorWidth

  /// The lanes of a group of sixteen channels, from channel `start` of a head, that belong to the head.
  @inline(__always) func lanes(from start: Int) -> SIMDMask<Vector.MaskStorage> {
    let left = Int32(truncatingIfNeeded: min(width - start, vectorWidth))
    return laneNumbers .< SIMD16<Int32>(repeating: left)
  }
}

private let laneNumbers = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

extension SIMD16 where Scalar == Float {
  /// The lanes of `mask`, zero elsewhere.
  @inline(__always) func only(_ mask: SIMDMask<MaskStorage>) -> Self { Self.zero.replacing(with: self, where: mask) }

  /// The sum of all lanes, as a tree (`sum()` adds one lane after the other).
  @inline(__always) var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
