/// The transpose of a row-major matrix, in squares of sixteen that pass through registers.
public enum Transposition {
  /// `target [columns, rows] = source [rows, columns]ᵀ`, with row strides of their own.
  public static func run(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, into target: Pointer,
    stride targetStride: Int
  ) {
    let (wholeRows, wholeColumns) = (rows & ~(vectorWidth - 1), columns & ~(vectorWidth - 1))
    for row in Swift.stride(from: 0, to: wholeRows, by: vectorWidth) {
      for column in Swift.stride(from: 0, to: wholeColumns, by: vectorWidth) {
        Square(source + row * stride + column, stride: stride).transposed
          .store(target + column * targetStride + row, stride: targetStride)
      }
    }
    for row in 0..<rows {
      for column in (row < wholeRows ? wholeColumns : 0)..<columns {
        target[column * targetStride + row] = source[row * stride + column]
      }
    }
  }
}

/// Sixteen vectors in registers, the rows of a square.
private struct Square {
  private var a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7: Vector

  @inline(__always)
  init(_ p: UnsafePointer<Float>, stride: Int) {
    (a0, a1, a2, a3) = (p.vector(), p.vector(stride), p.vector(2 * stride), p.vector(3 * stride))
    (a4, a5, a6, a7) = (p.vector(4 * stride), p.vector(5 * stride), p.vector(6 * stride), p.vector(7 * stride))
    (b0, b1, b2, b3) = (p.vector(8 * stride), p.vector(9 * stride), p.vector(10 * stride), p.vector(11 * stride))
    (b4, b5, b6, b7) = (p.vector(12 * stride), p.vector(13 * stride), p.vector(14 * stride), p.vector(15 * stride))
  }

  /// Four perfect shuffles of the rows: each puts the first bit of an element's place last.
  var transposed: Square {
    @inline(__always) get {
      var square = self
      for _ in 0..<4 { square.shuffle() }
      return square
    }
  }

  @inline(__always)
  private mutating func shuffle() {
    let (low0, high0) = Self.interleaved(a0, b0)
    let (low1, high1) = Self.interleaved(a1, b1)
    let (low2, high2) = Self.interleaved(a2, b2)
    let (low3, high3) = Self.interleaved(a3, b3)
    let (low4, high4) = Self.interleaved(a4, b4)
    let (low5, high5) = Self.interleaved(a5, b5)
    let (low6, high6) = Self.interleaved(a6, b6)
    let (low7, high7) = Self.interleaved(a7, b7)
    (a0, a1, a2, a3, a4, a5, a6, a7) = (low0, high0, low1, high1, low2, high2, low3, high3)
    (b0, b1, b2, b3, b4, b5, b6, b7) = (low4, high4, low5, high5, low6, high6, low7, high7)
  }

  @inline(__always)
  private static func interleaved(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    (
      Vector(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3], a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7]),
      Vector(
        a[8], b[8], a[9], b[9], a[10], b[10], a[11], b[11], a[12], b[12], a[13], b[13], a[14], b[14], a[15], b[15])
    )
  }

  @inline(__always)
  func store(_ p: Pointer, stride: Int) {
    p.store(a0)
    p.store(a1, stride)
    p.store(a2, 2 * stride)
    p.store(a3, 3 * stride)
    p.store(a4, 4 * stride)
    p.store(a5, 5 * stride)
    p.store(a6, 6 * stride)
    p.store(a7, 7 * stride)
    p.store(b0, 8 * stride)
    p.store(b1, 9 * stride)
    p.store(b2, 10 * stride)
    p.store(b3, 11 * stride)
    p.store(b4, 12 * stride)
    p.store(b5, 13 * stride)
    p.store(b6, 14 * stride)
    p.store(b7, 15 * stride)
  }
}
