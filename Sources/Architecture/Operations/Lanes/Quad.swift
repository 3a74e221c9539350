import Engine

/// Four states of sixteen channels.
struct Quad {
  static let count = 4
  static let size = 4 * vectorWidth

  var x0, x1, x2, x3: Vector

  @inline(__always) init(_ x0: Vector, _ x1: Vector, _ x2: Vector, _ x3: Vector) {
    (self.x0, self.x1, self.x2, self.x3) = (x0, x1, x2, x3)
  }

  @inline(__always) init(_ p: UnsafePointer<Float>) {
    self.init(p.vector(0), p.vector(vectorWidth), p.vector(2 * vectorWidth), p.vector(3 * vectorWidth))
  }

  @inline(__always) init(repeating x: Vector) { self.init(x, x, x, x) }

  /// `x · factors[n]` for the four n.
  @inline(__always) static func outer(_ x: Vector, _ factors: UnsafePointer<Float>) -> Quad {
    Quad(x * factors[0], x * factors[1], x * factors[2], x * factors[3])
  }

  @inline(__always) func store(_ p: Pointer) {
    p.store(x0, 0)
    p.store(x1, vectorWidth)
    p.store(x2, 2 * vectorWidth)
    p.store(x3, 3 * vectorWidth)
  }

  @inline(__always) func scaled(by x: Vector) -> Quad { Quad(x0 * x, x1 * x, x2 * x, x3 * x) }

  @inline(__always) static func * (a: Quad, b: Quad) -> Quad {
    Quad(a.x0 * b.x0, a.x1 * b.x1, a.x2 * b.x2, a.x3 * b.x3)
  }

  @inline(__always) func addingProduct(_ a: Quad, _ b: Quad) -> Quad {
    Quad(
      x0.addingProduct(a.x0, b.x0), x1.addingProduct(a.x1, b.x1), x2.addingProduct(a.x2, b.x2),
      x3.addingProduct(a.x3, b.x3))
  }

  @inline(__always) func addingProduct(_ a: Vector, _ b: Quad) -> Quad { addingProduct(Quad(repeating: a), b) }

  @inline(__always) func addingProduct(_ a: Vector, _ factors: UnsafePointer<Float>) -> Quad {
    Quad(
      x0.addingProduct(a, Vector(repeating: factors[0])), x1.addingProduct(a, Vector(repeating: factors[1])),
      x2.addingProduct(a, Vector(repeating: factors[2])), x3.addingProduct(a, Vector(repeating: factors[3])))
  }

  @inline(__always) func dot(_ other: Quad) -> Vector {
    (x0 * other.x0).addingProduct(x1, other.x1) + (x2 * other.x2).addingProduct(x3, other.x3)
  }

  @inline(__always) func dot(_ factors: UnsafePointer<Float>, startingFrom start: Vector) -> Vector {
    let first = start.addingProduct(x0, Vector(repeating: factors[0])).addingProduct(x1, Vector(repeating: factors[1]))
    return first + (x2 * factors[2]).addingProduct(x3, Vector(repeating: factors[3]))
  }

  @_transparent var exponentials: Quad {
    Quad(VectorMath.exp(x0), VectorMath.exp(x1), VectorMath.exp(x2), VectorMath.exp(x3))
  }
}
