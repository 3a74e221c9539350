/// Small matrix products with sixteen positions in the lanes of a vector.
///
/// A *block* holds sixteen positions of `dim` channels as `[dim, 16]`; a *strip* is a row of blocks, `[blocks, dim, 16]`.
/// A *tile* holds a number for each pair of a row position and a lane position, as `[rows, 16]`. Sums stay in registers
/// and scalars are broadcast from the first-level cache, so that narrow matrices run at the speed of wide ones.
public enum LaneProducts {
  /// `tile[j] = start[j] + Σ_c block[c] · strip[c, j]` for all positions j of `count` blocks of `strip`.
  @inlinable @inline(__always)
  public static func pairs(
    _ block: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int, start: UnsafePointer<Float>,
    into tile: Pointer
  ) {
    if vectorRegisters >= 2 * Tile16.count {
      pairs(Tile16.self, block, strip, count: count, dim: dim, start: start, into: tile)
    } else {
      pairs(Tile4.self, block, strip, count: count, dim: dim, start: start, into: tile)
    }
  }

  @inlinable @inline(__always)
  static func pairs<Rows: Tile>(
    _: Rows.Type, _ block: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int,
    start: UnsafePointer<Float>, into tile: Pointer
  ) {
    for index in 0..<count {
      for j in stride(from: 0, to: vectorWidth, by: Rows.count) {
        let other = strip + index * dim * vectorWidth + j
        var sums = Rows(spreading: start + index * vectorWidth + j)
        for c in 0..<dim { sums.add(block.vector(c * vectorWidth), other + c * vectorWidth, stride: 1) }
        sums.store(tile + (index * vectorWidth + j) * vectorWidth)
      }
    }
  }

  /// `block[c] += Σ_j tile[j] · strip[c, j]` over all positions j of `count` blocks of `strip`.
  @inlinable @inline(__always)
  public static func combine(
    _ tile: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int, into block: Pointer
  ) {
    var c = 0
    if vectorRegisters >= 2 * Tile8.count {
      while c + Tile8.count <= dim {
        combine(Tile8.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
        c += Tile8.count
      }
      // Few sums would wait for each other's additions.
      while c + Tile4.count <= dim {
        combineInTurn(Tile4.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
        c += Tile4.count
      }
    }
    while c + Tile4.count <= dim {
      combine(Tile4.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
      c += Tile4.count
    }
    while c < dim {
      combineInTurn(Tile1.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
      c += Tile1.count
    }
  }

  @inlinable @inline(__always)
  static func combine<Rows: Tile>(
    _: Rows.Type, _ tile: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int,
    into block: Pointer
  ) {
    var sum = Rows(block)
    for index in 0..<count {
      let (rows, other) = (tile + index * vectorWidth * vectorWidth, strip + index * dim * vectorWidth)
      for j in 0..<vectorWidth { sum.add(rows.vector(j * vectorWidth), other + j, stride: vectorWidth) }
    }
    sum.store(block)
  }

  /// The same with sums of their own for even and odd positions.
  @inlinable @inline(__always)
  static func combineInTurn<Rows: Tile>(
    _: Rows.Type, _ tile: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int,
    into block: Pointer
  ) {
    var (even, odd) = (Rows(block), Rows(repeating: .zero))
    for index in 0..<count {
      let (rows, other) = (tile + index * vectorWidth * vectorWidth, strip + index * dim * vectorWidth)
      for j in stride(from: 0, to: vectorWidth, by: 2) {
        even.add(rows.vector(j * vectorWidth), other + j, stride: vectorWidth)
        odd.add(rows.vector((j + 1) * vectorWidth), other + j + 1, stride: vectorWidth)
      }
    }
    even.add(odd)
    even.store(block)
  }

  /// The transpose of a `[16, 16]` tile: four perfect shuffles of its rows. `result` and `other` are both overwritten.
  @inlinable
  public static func transpose(_ tile: UnsafePointer<Float>, into result: Pointer, other: Pointer) {
    var source = tile
    var (target, next) = (other, result)
    for _ in 0..<4 {
      for row in 0..<8 {
        let (a, b) = (source.vector(row * vectorWidth), source.vector((row + 8) * vectorWidth))
        target.store(interleavedLow(a, b), 2 * row * vectorWidth)
        target.store(interleavedHigh(a, b), (2 * row + 1) * vectorWidth)
      }
      source = UnsafePointer(target)
      (target, next) = (next, target)
    }
  }

  @inlinable @inline(__always)
  static func interleavedLow(_ a: Vector, _ b: Vector) -> Vector {
    Vector(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3], a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7])
  }

  @inlinable @inline(__always)
  static func interleavedHigh(_ a: Vector, _ b: Vector) -> Vector {
    Vector(a[8], b[8], a[9], b[9], a[10], b[10], a[11], b[11], a[12], b[12], a[13], b[13], a[14], b[14], a[15], b[15])
  }
}
