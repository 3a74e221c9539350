/// A few vectors that are updated together and stay in registers: rows of a state, or the sums of a product.
///
/// `Tile1` is one vector and `TilePair` puts two tiles one above the other, so that every size is straight-line code.
public protocol Tile {
  /// How many vectors there are.
  static var count: Int { get }

  /// All vectors are `vector`.
  init(repeating vector: Vector)
  /// Vector i is read from `memory[16 i]`.
  init(_ memory: UnsafePointer<Float>)
  /// All lanes of vector i are `numbers[i]`.
  init(spreading numbers: UnsafePointer<Float>)
  /// Writes vector i to `memory[16 i]`.
  func store(_ memory: Pointer)

  /// Every vector `*= factor`.
  mutating func scale(_ factor: Vector)
  /// Vector i `+=` that of `other`.
  mutating func add(_ other: Self)
  /// Vector i `+= vector · numbers[i · stride]`.
  mutating func add(_ vector: Vector, _ numbers: UnsafePointer<Float>, stride: Int)
  /// Vector i `+= a i ⊙ b i`.
  mutating func add(_ a: Self, _ b: Self)
  /// Vector by vector.
  static func * (a: Self, b: Self) -> Self

  /// `sum + Σ_i numbers[i] · vector i`.
  func product(_ numbers: UnsafePointer<Float>, _ sum: Vector) -> Vector
  /// `sum + Σ_i memory[16 i] ⊙ vector i`.
  func product(rows memory: UnsafePointer<Float>, _ sum: Vector) -> Vector

  /// Hands every vector to `body` with its number, counted from `first`.
  func forEach(from first: Int, _ body: (Int, Vector) -> Void)
  /// Hands every vector to `body` with its number and that of `other`.
  func forEach(with other: Self, from first: Int, _ body: (Int, Vector, Vector) -> Void)
}

extension Tile {
  /// The numbers in memory.
  @inlinable @inline(__always) public static var size: Int { count * vectorWidth }
}

public typealias Tile2 = TilePair<Tile1>
public typealias Tile4 = TilePair<Tile2>
public typealias Tile8 = TilePair<Tile4>
public typealias Tile16 = TilePair<Tile8>

public struct Tile1: Tile {
  public var vector: Vector

  @inlinable @inline(__always) public init(repeating vector: Vector) { self.vector = vector }
  @inlinable @inline(__always) public init(_ memory: UnsafePointer<Float>) { vector = memory.vector() }
  @inlinable @inline(__always) public init(spreading numbers: UnsafePointer<Float>) {
    vector = Vector(repeating: numbers[0])
  }

  @inlinable @inline(__always) public static var count: Int { 1 }
  @inlinable @inline(__always) public func store(_ memory: Pointer) { memory.store(vector) }

  @inlinable @inline(__always) public mutating func scale(_ factor: Vector) { vector *= factor }
  @inlinable @inline(__always) public mutating func add(_ other: Tile1) { vector += other.vector }
  @inlinable @inline(__always)
  public mutating func add(_ vector: Vector, _ numbers: UnsafePointer<Float>, stride: Int) {
    self.vector = self.vector.addingProduct(vector, Vector(repeating: numbers[0]))
  }
  @inlinable @inline(__always) public mutating func add(_ a: Tile1, _ b: Tile1) {
    vector = vector.addingProduct(a.vector, b.vector)
  }
  @inlinable @inline(__always) public static func * (a: Tile1, b: Tile1) -> Tile1 {
    Tile1(repeating: a.vector * b.vector)
  }

  @inlinable @inline(__always) public func product(_ numbers: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    sum.addingProduct(Vector(repeating: numbers[0]), vector)
  }
  @inlinable @inline(__always) public func product(rows memory: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    sum.addingProduct(memory.vector(), vector)
  }

  @inlinable @inline(__always) public func forEach(from first: Int, _ body: (Int, Vector) -> Void) {
    body(first, vector)
  }
  @inlinable @inline(__always)
  public func forEach(with other: Tile1, from first: Int, _ body: (Int, Vector, Vector) -> Void) {
    body(first, vector, other.vector)
  }
}

public struct TilePair<Half: Tile>: Tile {
  public var upper, lower: Half

  @inlinable @inline(__always) public init(_ upper: Half, _ lower: Half) { (self.upper, self.lower) = (upper, lower) }
  @inlinable @inline(__always) public init(repeating vector: Vector) {
    (upper, lower) = (Half(repeating: vector), Half(repeating: vector))
  }
  @inlinable @inline(__always) public init(_ memory: UnsafePointer<Float>) {
    (upper, lower) = (Half(memory), Half(memory + Half.count * vectorWidth))
  }
  @inlinable @inline(__always) public init(spreading numbers: UnsafePointer<Float>) {
    (upper, lower) = (Half(spreading: numbers), Half(spreading: numbers + Half.count))
  }

  @inlinable @inline(__always) public static var count: Int { 2 * Half.count }
  @inlinable @inline(__always) public func store(_ memory: Pointer) {
    upper.store(memory)
    lower.store(memory + Half.count * vectorWidth)
  }

  @inlinable @inline(__always) public mutating func scale(_ factor: Vector) {
    upper.scale(factor)
    lower.scale(factor)
  }
  @inlinable @inline(__always) public mutating func add(_ other: TilePair) {
    upper.add(other.upper)
    lower.add(other.lower)
  }
  @inlinable @inline(__always)
  public mutating func add(_ vector: Vector, _ numbers: UnsafePointer<Float>, stride: Int) {
    upper.add(vector, numbers, stride: stride)
    lower.add(vector, numbers + Half.count * stride, stride: stride)
  }
  @inlinable @inline(__always) public mutating func add(_ a: TilePair, _ b: TilePair) {
    upper.add(a.upper, b.upper)
    lower.add(a.lower, b.lower)
  }
  @inlinable @inline(__always) public static func * (a: TilePair, b: TilePair) -> TilePair {
    TilePair(a.upper * b.upper, a.lower * b.lower)
  }

  // Two sums of four or more products each run side by side; shorter ones are not worth the addition.
  @inlinable @inline(__always) public func product(_ numbers: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    let below = numbers + Half.count
    return Half.count < 4
      ? lower.product(below, upper.product(numbers, sum)) : upper.product(numbers, sum) + lower.product(below, .zero)
  }
  @inlinable @inline(__always) public func product(rows memory: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    let below = memory + Half.count * vectorWidth
    return Half.count < 4
      ? lower.product(rows: below, upper.product(rows: memory, sum))
      : upper.product(rows: memory, sum) + lower.product(rows: below, .zero)
  }

  @inlinable @inline(__always) public func forEach(from first: Int, _ body: (Int, Vector) -> Void) {
    upper.forEach(from: first, body)
    lower.forEach(from: first + Half.count, body)
  }
  @inlinable @inline(__always)
  public func forEach(with other: TilePair, from first: Int, _ body: (Int, Vector, Vector) -> Void) {
    upper.forEach(with: other.upper, from: first, body)
    lower.forEach(with: other.lower, from: first + Half.count, body)
  }
}
