import Engine

/// Causal softmax attention of one head, in memory linear in time:
///
///     o_t = Σ_s p[t, s] v_s,   p[t, s] = exp(q_t·k_s / √d − lse_t),   t − window ≤ s ≤ t
///
/// q, k, v and their gradients are strips `[blocks, headDim, 16]` with time in the lanes (see `LaneProducts`), zero
/// beyond the sequence's end. Queries come multiplied by log₂e / √d, so that p = 2^(q·k − lse₂). Forward: sixteen queries
/// in the lanes, a running maximum over tiles of keys (Milakov and Gimelshein 2018, arXiv 1805.02867). Backward: sixteen
/// keys in the lanes, p computed again from the log-sum-exp (Dao et al. 2022, arXiv 2205.14135). Blocks above the diagonal
/// and outside the window are skipped.
struct AttentionCore {
  private static let log2e = 1.442_695_040_888_963_4

  let headDim, blocks: Int
  /// What queries are to be multiplied by.
  let queryScale: Float
  /// What the sums `dq` are to be multiplied by to become gradients of the unscaled queries.
  let queryGradientScale: Float
  /// The same for `dk`.
  let keyGradientScale = Float(1 / log2e)
  /// Keys up to this far back are visible.
  private let window: Int
  private let tile, tileGradient: Pointer  // scores or weights, and their gradients [tileBlocks · 16, 16]
  private let transposed, spare: Pointer  // [16, 16]
  private let sums: Pointer  // outputs of a block of queries [headDim, 16]
  private let zeros: Pointer  // [tileBlocks · 16]

  /// The most blocks in a tile.
  private static let tileBlocks = 8
  private static let blockSize = vectorWidth * vectorWidth
  /// The score of a pair that is not visible: small, and finite so that differences are numbers.
  private static let hidden: Float = -1e30

  init(headDim: Int, time: Int, window: Int?, _ site: inout KernelSite) {
    (self.headDim, blocks) = (headDim, (time + vectorWidth - 1) / vectorWidth)
    queryGradientScale = Float(1 / Double(headDim).squareRoot())
    queryScale = Float(Self.log2e / Double(headDim).squareRoot())
    self.window = min(window ?? time, time)
    tile = site.scratch(Self.tileBlocks * Self.blockSize)
    tileGradient = site.scratch(Self.tileBlocks * Self.blockSize)
    transposed = site.scratch(Self.blockSize)
    spare = site.scratch(Self.blockSize)
    sums = site.scratch(headDim * vectorWidth)
    zeros = site.scratch(Self.tileBlocks * vectorWidth)
  }

  /// The numbers in a strip.
  var stripCount: Int { blocks * headDim * vectorWidth }

  /// Hands `o` of each block, `[headDim, 16]`, to `receive`, and fills `negativeLogSumExp [blocks · 16]` with −lse₂.
  @inline(__always)
  func forward(
    q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>, negativeLogSumExp: Pointer,
    receive: (_ block: Int, _ o: UnsafePointer<Float>) -> Void
  ) {
    zeros.update(repeating: 0, count: Self.tileBlocks * vectorWidth)
    for block in 0..<blocks {
      let logSumExp = forward(block: block, q + block * headDim * vectorWidth, k, v)
      negativeLogSumExp.store(-logSumExp, block * vectorWidth)
      receive(block, sums)
    }
  }

  /// Fills `sums` with the outputs of a block of queries.
  /// - Returns: their log-sum-exp, to base 2.
  @inline(never)
  private func forward(
    block: Int, _ query: UnsafePointer<Float>, _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>
  ) -> Vector {
    let (tile, sums, headDim) = (tile, sums, headDim)
    let blockCount = headDim * vectorWidth
    let first = max(0, block * vectorWidth - window) / vectorWidth
    var largest = Vector(repeating: Self.hidden)
    var total = Vector.zero
    sums.update(repeating: 0, count: blockCount)
    for start in stride(from: first, through: block, by: Self.tileBlocks) {
      let count = min(Self.tileBlocks, block + 1 - start)
      let offset = (start - block) * vectorWidth  // of the tile's first key from the first query
      LaneProducts.pairs(query, k + start * blockCount, count: count, dim: headDim, start: zeros, into: tile)
      Self.hide(tile, as: Self.hidden, count: count, visible: offset, offset + window)
      let previous = largest
      largest = Self.maximum(tile, rows: count * vectorWidth, previous)
      if start > first {
        let shrink = powerOfTwo(previous - largest)
        total *= shrink
        for c in 0..<headDim { sums.store(sums.vector(c * vectorWidth) * shrink, c * vectorWidth) }
      }
      for row in 0..<count * vectorWidth {
        let p = powerOfTwo(tile.vector(row * vectorWidth) - largest)
        total += p
        tile.store(p, row * vectorWidth)
      }
      Self.hide(tile, as: 0, count: count, visible: offset, offset + window)
      LaneProducts.combine(tile, v + start * blockCount, count: count, dim: headDim, into: sums)
    }
    let share = Vector(repeating: 1) / total
    for c in 0..<headDim { sums.store(sums.vector(c * vectorWidth) * share, c * vectorWidth) }
    return largest.addingProduct(VectorMath.log(total), Vector(repeating: Float(Self.log2e)))
  }

  /// Adds to the gradients of q, k and v, all strips. Those of q and k are still to be scaled.
  /// - Parameters:
  ///   - dO: the gradient of o, a strip.
  ///   - negativeDelta: `−Σ_c dO ⊙ o` of every query `[blocks · 16]`.
  func backward(
    q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>, dO: UnsafePointer<Float>,
    negativeLogSumExp: UnsafePointer<Float>, negativeDelta: UnsafePointer<Float>, dq: Pointer, dk: Pointer, dv: Pointer
  ) {
    let blockCount = headDim * vectorWidth
    // The queries of a tile stay in the first-level cache while all their keys go by.
    for start in stride(from: 0, to: blocks, by: Self.tileBlocks) {
      let end = min(start + Self.tileBlocks, blocks)
      for keyBlock in max(0, start * vectorWidth - window) / vectorWidth..<end {
        let first = max(start, keyBlock)
        let last = min(end - 1, (keyBlock * vectorWidth + vectorWidth - 1 + window) / vectorWidth)
        let (queries, keys) = (first * blockCount, keyBlock * blockCount)
        backwardTile(
          count: last + 1 - first, offset: (first - keyBlock) * vectorWidth, q: q + queries, k: k + keys, v: v + keys,
          dO: dO + queries, negativeLogSumExp: negativeLogSumExp + first * vectorWidth,
          negativeDelta: negativeDelta + first * vectorWidth, dq: dq + queries, dk: dk + keys, dv: dv + keys)
      }
    }
  }

  /// One block of keys and `count` blocks of queries, whose first is `offset` positions later than the first key.
  @inline(never)
  private func backwardTile(
    count: Int, offset: Int, q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>,
    dO: UnsafePointer<Float>, negativeLogSumExp: UnsafePointer<Float>, negativeDelta: UnsafePointer<Float>,
    dq: Pointer, dk: Pointer, dv: Pointer
  ) {
    let (tile, tileGradient, headDim) = (tile, tileGradient, headDim)
    LaneProducts.pairs(k, q, count: count, dim: headDim, start: negativeLogSumExp, into: tile)
    LaneProducts.pairs(v, dO, count: count, dim: headDim, start: negativeDelta, into: tileGradient)
    for row in 0..<count * vectorWidth {
      // Rounding may lift a huge score above its log-sum-exp; a weight is at most 1.
      let p = powerOfTwo(Vector.zero.lower(tile.vector(row * vectorWidth)))
      tile.store(p, row * vectorWidth)
      tileGradient.store(p * tileGradient.vector(row * vectorWidth), row * vectorWidth)
    }
    Self.hide(tile, as: 0, count: count, visible: offset - window, offset)
    Self.hide(tileGradient, as: 0, count: count, visible: offset - window, offset)
    LaneProducts.combine(tile, dO, count: count, dim: headDim, into: dv)
    LaneProducts.combine(tileGradient, q, count: count, dim: headDim, into: dk)
    for index in 0..<count {
      LaneProducts.transpose(tileGradient + index * Self.blockSize, into: transposed, other: spare)
      LaneProducts.combine(transposed, k, count: 1, dim: headDim, into: dq + index * headDim * vectorWidth)
    }
  }

  /// Replaces what is not visible in a tile: in its row r the lanes outside `low + r ... high + r`.
  @inline(__always)
  private static func hide(_ tile: Pointer, as value: Float, count: Int, visible low: Int, _ high: Int) {
    for row in stride(from: 0, to: count * vectorWidth, by: vectorWidth)
    where low + row > 1 - vectorWidth || high + row < vectorWidth - 1 {
      hideBlock(tile + row * vectorWidth, as: value, visible: low + row, high + row)
    }
  }

  @inline(never)
  private static func hideBlock(_ block: Pointer, as value: Float, visible low: Int, _ high: Int) {
    let lanes = Vector(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let replacement = Vector(repeating: value)
    if low > 1 - vectorWidth {
      var behind = lanes - Vector(repeating: Float(low))  // at least zero in the visible lanes
      for row in 0..<vectorWidth {
        let place = block + row * vectorWidth
        place.store(place.vector().whereNonNegative(behind, else: replacement))
        behind -= Vector(repeating: 1)
      }
    }
    if high < vectorWidth - 1 {
      var ahead = Vector(repeating: Float(high)) - lanes
      for row in 0..<vectorWidth {
        let place = block + row * vectorWidth
        place.store(place.vector().whereNonNegative(ahead, else: replacement))
        ahead += Vector(repeating: 1)
      }
    }
  }

  /// The largest of `first` and of the tile's rows (a multiple of four), lane by lane.
  @inline(__always)
  private static func maximum(_ tile: UnsafePointer<Float>, rows: Int, _ first: Vector) -> Vector {
    var (a, b, c, d) = (first, first, first, first)
    for row in stride(from: 0, to: rows, by: 4) {
      a = a.upper(tile.vector(row * vectorWidth))
      b = b.upper(tile.vector((row + 1) * vectorWidth))
      c = c.upper(tile.vector((row + 2) * vectorWidth))
      d = d.upper(tile.vector((row + 3) * vectorWidth))
    }
    return a.upper(b).upper(c.upper(d))
  }
}

/// `2^x` for x ≤ 0, at least 2⁻¹²⁶; relative error below 2⁻²². A polynomial of degree 5 for the fraction, whose
/// exponent field the whole part is added to.
@inline(__always)
private func powerOfTwo(_ value: Vector) -> Vector {
  // The bound first: a comparison with NaN picks the second, so that NaN goes through.
  let x = Vector(repeating: -126).upper(value)
  let shifted = x + Vector(repeating: 12_582_912)
  let r = x - (shifted - Vector(repeating: 12_582_912))
  var p = Vector(repeating: 1.326_472_7e-3)
  p = Vector(repeating: 9.671_513e-3).addingProduct(p, r)
  p = Vector(repeating: 5.550_733_6e-2).addingProduct(p, r)
  p = Vector(repeating: 0.240_222_42).addingProduct(p, r)
  p = Vector(repeating: 0.693_147).addingProduct(p, r)
  p = Vector(repeating: 1).addingProduct(p, r)
  let exponent = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< SIMD16<UInt32>(repeating: 23)
  return unsafeBitCast(unsafeBitCast(p, to: SIMD16<UInt32>.self) &+ exponent, to: Vector.self)
}
