import Engine

/// Small matrix products with sixteen positions in the lanes of a vector.
///
/// A *block* holds sixteen positions of `dim` channels as `[dim, 16]`; a *strip* is a row of blocks, `[blocks, dim, 16]`.
/// A *tile* holds a number for each pair of a row position and a lane position, as `[rows, 16]`. Sums stay in registers
/// and scalars are broadcast from the first-level cache, so that narrow matrices run at the speed of wide ones.
enum LaneProducts {
  /// `tile[j] = start[j] + Σ_c block[c] · strip[c, j]` for all positions j of `count` blocks of `strip`.
  @inline(__always)
  static func pairs(
    _ block: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int, start: UnsafePointer<Float>,
    into tile: Pointer
  ) {
    if vectorRegisters >= 2 * Sixteen.count {
      pairs(Sixteen.self, block, strip, count: count, dim: dim, start: start, into: tile)
    } else {
      pairs(Four.self, block, strip, count: count, dim: dim, start: start, into: tile)
    }
  }

  @inline(__always)
  private static func pairs<Group: VectorGroup>(
    _: Group.Type, _ block: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int,
    start: UnsafePointer<Float>, into tile: Pointer
  ) {
    for index in 0..<count {
      for j in stride(from: 0, to: vectorWidth, by: Group.count) {
        let other = strip + index * dim * vectorWidth + j
        var rows = Group(spreading: start + index * vectorWidth + j)
        for c in 0..<dim { rows.add(block.vector(c * vectorWidth), other + c * vectorWidth, stride: 1) }
        rows.store(tile + (index * vectorWidth + j) * vectorWidth)
      }
    }
  }

  /// `block[c] += Σ_j tile[j] · strip[c, j]` over all positions j of `count` blocks of `strip`.
  @inline(__always)
  static func combine(
    _ tile: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int, into block: Pointer
  ) {
    var c = 0
    if vectorRegisters >= 2 * Eight.count {
      while c + Eight.count <= dim {
        combine(Eight.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
        c += Eight.count
      }
      // Few sums would wait for each other's additions.
      while c + Four.count <= dim {
        combineInTurn(Four.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
        c += Four.count
      }
    }
    while c + Four.count <= dim {
      combine(Four.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
      c += Four.count
    }
    while c < dim {
      combineInTurn(One.self, tile, strip + c * vectorWidth, count: count, dim: dim, into: block + c * vectorWidth)
      c += One.count
    }
  }

  @inline(__always)
  private static func combine<Group: VectorGroup>(
    _: Group.Type, _ tile: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int,
    into block: Pointer
  ) {
    var sum = Group(block)
    for index in 0..<count {
      let (rows, other) = (tile + index * vectorWidth * vectorWidth, strip + index * dim * vectorWidth)
      for j in 0..<vectorWidth { sum.add(rows.vector(j * vectorWidth), other + j, stride: vectorWidth) }
    }
    sum.store(block)
  }

  /// The same with sums of their own for even and odd positions.
  @inline(__always)
  private static func combineInTurn<Group: VectorGroup>(
    _: Group.Type, _ tile: UnsafePointer<Float>, _ strip: UnsafePointer<Float>, count: Int, dim: Int,
    into block: Pointer
  ) {
    var (even, odd) = (Group(block), Group.zero)
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
  static func transpose(_ tile: UnsafePointer<Float>, into result: Pointer, other: Pointer) {
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

  @inline(__always)
  private static func interleavedLow(_ a: Vector, _ b: Vector) -> Vector {
    Vector(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3], a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7])
  }

  @inline(__always)
  private static func interleavedHigh(_ a: Vector, _ b: Vector) -> Vector {
    Vector(a[8], b[8], a[9], b[9], a[10], b[10], a[11], b[11], a[12], b[12], a[13], b[13], a[14], b[14], a[15], b[15])
  }
}

/// A few vectors that are updated together and stay in registers.
private protocol VectorGroup {
  static var count: Int { get }
  static var zero: Self { get }
  /// Vector i is read from `pointer[16 i]`.
  init(_ pointer: UnsafePointer<Float>)
  /// All lanes of vector i are `pointer[i]`.
  init(spreading pointer: UnsafePointer<Float>)
  func store(_ pointer: Pointer)
  /// Vector i `+= vector · scalars[i · stride]`.
  mutating func add(_ vector: Vector, _ scalars: UnsafePointer<Float>, stride: Int)
  mutating func add(_ other: Self)
}

private struct One: VectorGroup {
  var vector: Vector

  @inline(__always) init(vector: Vector) { self.vector = vector }
  @inline(__always) init(_ pointer: UnsafePointer<Float>) { vector = pointer.vector() }
  @inline(__always) init(spreading pointer: UnsafePointer<Float>) { vector = Vector(repeating: pointer[0]) }

  @inline(__always) static var count: Int { 1 }
  @inline(__always) static var zero: One { One(vector: .zero) }
  @inline(__always) func store(_ pointer: Pointer) { pointer.store(vector) }
  @inline(__always) mutating func add(_ other: One) { vector += other.vector }
  @inline(__always) mutating func add(_ factor: Vector, _ scalars: UnsafePointer<Float>, stride: Int) {
    vector = vector.addingProduct(factor, Vector(repeating: scalars[0]))
  }
}

private struct Pair<Half: VectorGroup>: VectorGroup {
  var low, high: Half

  @inline(__always) init(low: Half, high: Half) { (self.low, self.high) = (low, high) }
  @inline(__always) init(_ pointer: UnsafePointer<Float>) {
    (low, high) = (Half(pointer), Half(pointer + Half.count * vectorWidth))
  }
  @inline(__always) init(spreading pointer: UnsafePointer<Float>) {
    (low, high) = (Half(spreading: pointer), Half(spreading: pointer + Half.count))
  }

  @inline(__always) static var count: Int { 2 * Half.count }
  @inline(__always) static var zero: Pair { Pair(low: .zero, high: .zero) }
  @inline(__always) func store(_ pointer: Pointer) {
    low.store(pointer)
    high.store(pointer + Half.count * vectorWidth)
  }
  @inline(__always) mutating func add(_ other: Pair) {
    low.add(other.low)
    high.add(other.high)
  }
  @inline(__always) mutating func add(_ factor: Vector, _ scalars: UnsafePointer<Float>, stride: Int) {
    low.add(factor, scalars, stride: stride)
    high.add(factor, scalars + Half.count * stride, stride: stride)
  }
}

private typealias Four = Pair<Pair<One>>
private typealias Eight = Pair<Four>
private typealias Sixteen = Pair<Eight>
