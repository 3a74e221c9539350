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

  /// Fills a block with numbers that the channels of a head share: `block[row, lane] = source[row, head of the channel]`.
  static func spreadHeads(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, block: Int, channels: Int, headDim: Int,
    into target: Pointer
  ) {
    let (column, lanes) = (block * vectorWidth, lanes(block, of: channels))
    if headDim.isMultiple(of: vectorWidth) {
      let from = source + column / headDim
      for row in 0..<rows { target.store(Vector(repeating: from[row * stride]), row * vectorWidth) }
    } else {
      for row in 0..<rows {
        let (from, to) = (source + row * stride, target + row * vectorWidth)
        for lane in 0..<vectorWidth { to[lane] = lane < lanes ? from[(column + lane) / headDim] : 0 }
      }
    }
  }

  /// Adds each channel of a block to its head: `target[row, head of the channel] += block[row, lane]`.
  static func addToHeads(
    _ source: UnsafePointer<Float>, rows: Int, block: Int, channels: Int, headDim: Int, into target: Pointer,
    stride: Int
  ) {
    let (column, lanes) = (block * vectorWidth, lanes(block, of: channels))
    if headDim.isMultiple(of: vectorWidth) {
      let to = target + column / headDim
      for row in 0..<rows { to[row * stride] += source.vector(row * vectorWidth).laneSum }
    } else {
      for row in 0..<rows {
        let (from, to) = (source + row * vectorWidth, target + row * stride)
        for lane in 0..<lanes { to[(column + lane) / headDim] += from[lane] }
      }
    }
  }
}
