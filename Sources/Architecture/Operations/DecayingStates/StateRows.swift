import Engine

/// Consecutive rows of a recurrent state `S [rows, values]`, sixteen values wide, small enough to stay in registers.
///
/// `Row` is one row and `StackedRows` puts two pieces one above the other, so that every size is straight-line code.
protocol StateRows {
  static var count: Int { get }

  /// Zero.
  init()

  /// All rows `*= factor`.
  mutating func scale(_ factor: Vector)

  /// Row i `+= a[i] · values`.
  mutating func add(_ a: UnsafePointer<Float>, _ values: Vector)

  /// `sum + Σ_i a[i] · row i`.
  func product(_ a: UnsafePointer<Float>, _ sum: Vector) -> Vector
}

struct Row: StateRows {
  var values = Vector.zero

  static var count: Int { @inline(__always) get { 1 } }

  @inline(__always) mutating func scale(_ factor: Vector) { values *= factor }

  @inline(__always) mutating func add(_ a: UnsafePointer<Float>, _ values: Vector) {
    self.values = self.values.addingProduct(Vector(repeating: a[0]), values)
  }

  @inline(__always) func product(_ a: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    sum.addingProduct(Vector(repeating: a[0]), values)
  }
}

struct StackedRows<Half: StateRows>: StateRows {
  var upper = Half()
  var lower = Half()

  static var count: Int { @inline(__always) get { 2 * Half.count } }

  @inline(__always) mutating func scale(_ factor: Vector) {
    upper.scale(factor)
    lower.scale(factor)
  }

  @inline(__always) mutating func add(_ a: UnsafePointer<Float>, _ values: Vector) {
    upper.add(a, values)
    lower.add(a + Half.count, values)
  }

  @inline(__always) func product(_ a: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    // Two sums of four or more products each run side by side; shorter ones are not worth the addition.
    Half.count < 4
      ? lower.product(a + Half.count, upper.product(a, sum))
      : upper.product(a, sum) + lower.product(a + Half.count, .zero)
  }
}

typealias Rows2 = StackedRows<Row>
typealias Rows4 = StackedRows<Rows2>
typealias Rows8 = StackedRows<Rows4>
typealias Rows16 = StackedRows<Rows8>
