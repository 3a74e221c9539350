import Engine

/// Eight vectors of sums that stay in registers.
struct Octet {
  var a0 = Vector.zero
  var a1 = Vector.zero
  var a2 = Vector.zero
  var a3 = Vector.zero
  var a4 = Vector.zero
  var a5 = Vector.zero
  var a6 = Vector.zero
  var a7 = Vector.zero

  /// Hands every vector to `body` with its number.
  @inline(__always)
  func forEach(_ body: (Int, Vector) -> Void) {
    body(0, a0)
    body(1, a1)
    body(2, a2)
    body(3, a3)
    body(4, a4)
    body(5, a5)
    body(6, a6)
    body(7, a7)
  }

  /// Hands every vector to `body` with its number and the vector of `other` that has the same.
  @inline(__always)
  func forEach(with other: Octet, _ body: (Int, Vector, Vector) -> Void) {
    body(0, a0, other.a0)
    body(1, a1, other.a1)
    body(2, a2, other.a2)
    body(3, a3, other.a3)
    body(4, a4, other.a4)
    body(5, a5, other.a5)
    body(6, a6, other.a6)
    body(7, a7, other.a7)
  }

  /// `a[i] += w[i] ⊙ x`.
  @inline(__always)
  mutating func add(
    _ x: Vector, _ w0: Vector, _ w1: Vector, _ w2: Vector, _ w3: Vector, _ w4: Vector, _ w5: Vector, _ w6: Vector,
    _ w7: Vector
  ) {
    a0 = a0.addingProduct(w0, x)
    a1 = a1.addingProduct(w1, x)
    a2 = a2.addingProduct(w2, x)
    a3 = a3.addingProduct(w3, x)
    a4 = a4.addingProduct(w4, x)
    a5 = a5.addingProduct(w5, x)
    a6 = a6.addingProduct(w6, x)
    a7 = a7.addingProduct(w7, x)
  }

  /// `a[i] += Σ_{n<count} x[n] · column i [n]`, with `x[n]` the vector at `x + n·stepX` and one number of each column,
  /// `step` apart, for all lanes.
  @inline(__always)
  mutating func add(_ x: Pointer, stepX: Int, _ columns: OctetColumns, step: Int, count: Int) {
    var (x, at) = (x, 0)
    for _ in 0..<count {
      add(
        x.vector(), Vector(repeating: columns.c0[at]), Vector(repeating: columns.c1[at]),
        Vector(repeating: columns.c2[at]), Vector(repeating: columns.c3[at]), Vector(repeating: columns.c4[at]),
        Vector(repeating: columns.c5[at]), Vector(repeating: columns.c6[at]), Vector(repeating: columns.c7[at]))
      x += stepX
      at += step
    }
  }
}

/// Where the eight columns of a product start.
struct OctetColumns {
  let c0, c1, c2, c3, c4, c5, c6, c7: Pointer

  /// Neighbouring numbers.
  @inline(__always)
  init(neighbours b: Pointer) {
    (c0, c1, c2, c3, c4, c5, c6, c7) = (b, b + 1, b + 2, b + 3, b + 4, b + 5, b + 6, b + 7)
  }

  /// The rows of a matrix from `b` on; if there are fewer than eight, the last one stands for those that are missing.
  @inline(__always)
  init(rows b: Pointer, stride: Int, available: Int) {
    let last = (available - 1) * stride
    c0 = b
    c1 = b + min(stride, last)
    c2 = b + min(2 * stride, last)
    c3 = b + min(3 * stride, last)
    c4 = b + min(4 * stride, last)
    c5 = b + min(5 * stride, last)
    c6 = b + min(6 * stride, last)
    c7 = b + min(7 * stride, last)
  }
}
