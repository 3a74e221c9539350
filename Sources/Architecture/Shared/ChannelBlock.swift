import Engine

/// Sixteen neighbouring channels of a `[rows, channels]` matrix, copied into contiguous rows of one vector each.
///
/// Kernels that run along time work on such blocks: they stay in the first-level cache whatever the matrix's row stride,
/// and the last block of a width that is no multiple of sixteen looks like the others, with zeros in the spare lanes.
enum ChannelBlock {
  /// How many blocks hold `channels`.
  static func count(_ channels: Int) -> Int { (channels + vectorWidth - 1) / vectorWidth }

  /// The channels of `block` that exist: sixteen, or fewer in the last one.
  static func lanes(_ block: Int, of channels: Int) -> Int { min(vectorWidth, channels - block * vectorWidth) }

  /// `block[row] = source[row, 0..<lanes]`, zeros in the other lanes.
  static func pack(_ source: UnsafePointer<Float>, stride: Int, rows: Int, lanes: Int, into block: Pointer) {
    if lanes == vectorWidth {
      for row in 0..<rows { block.store(source.vector(row * stride), row * vectorWidth) }
    } else {
      for row in 0..<rows {
        let (from, to) = (source + row * stride, block + row * vectorWidth)
        for lane in 0..<lanes { to[lane] = from[lane] }
        for lane in lanes..<vectorWidth { to[lane] = 0 }
      }
    }
  }

  /// `target[row, 0..<lanes] = block[row]`.
  static func unpack(_ block: UnsafePointer<Float>, rows: Int, lanes: Int, into target: Pointer, stride: Int) {
    if lanes == vectorWidth {
      for row in 0..<rows { target.store(block.vector(row * vectorWidth), row * stride) }
    } else {
      for row in 0..<rows {
        let (from, to) = (block + row * vectorWidth, target + row * stride)
        for lane in 0..<lanes { to[lane] = from[lane] }
      }
    }
  }
}
