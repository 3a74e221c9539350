import Engine

/// All rows of a recurrent state `S [rows, values]`, sixteen of its values wide.
protocol RecurrentState {
  /// `S = 0`.
  mutating func clear()

  /// `S = factor · S + a valuesᵀ`, then the products `Sᵀ b` and `Sᵀ c`.
  mutating func advance(
    _ factor: Vector, _ a: UnsafePointer<Float>, _ values: Vector, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>
  ) -> (Vector, Vector)

  /// `S = factor · S + a1 values1ᵀ + a2 values2ᵀ`, then the product `Sᵀ b`.
  mutating func advance(
    _ factor: Vector, _ a1: UnsafePointer<Float>, _ values1: Vector, _ a2: UnsafePointer<Float>, _ values2: Vector,
    _ b: UnsafePointer<Float>
  ) -> Vector
}

/// A state that stays in registers.
struct RegisterState<Rows: Tile>: RecurrentState {
  private var rows = Rows(repeating: .zero)

  @inline(__always) mutating func clear() { rows = Rows(repeating: .zero) }

  @inline(__always)
  mutating func advance(
    _ factor: Vector, _ a: UnsafePointer<Float>, _ values: Vector, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>
  ) -> (Vector, Vector) {
    rows.scale(factor)
    rows.add(values, a, stride: 1)
    return (rows.product(b, .zero), rows.product(c, .zero))
  }

  @inline(__always)
  mutating func advance(
    _ factor: Vector, _ a1: UnsafePointer<Float>, _ values1: Vector, _ a2: UnsafePointer<Float>, _ values2: Vector,
    _ b: UnsafePointer<Float>
  ) -> Vector {
    // The second term first: the other one often waits for the last product.
    rows.scale(factor)
    rows.add(values2, a2, stride: 1)
    rows.add(values1, a1, stride: 1)
    return rows.product(b, .zero)
  }
}

/// A state of any number of rows in memory `[rows, 16]`, which passes through registers once a step.
struct MemoryState: RecurrentState {
  let memory: Pointer
  let rows: Int

  func clear() { memory.update(repeating: 0, count: rows * vectorWidth) }

  @inline(__always)
  mutating func advance(
    _ factor: Vector, _ a: UnsafePointer<Float>, _ values: Vector, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>
  ) -> (Vector, Vector) {
    var (sumB, sumC) = (Vector.zero, Vector.zero)
    var row = 0
    while row + Tile8.count <= rows { piece(Tile8.self) }
    while row < rows { piece(Tile1.self) }
    return (sumB, sumC)

    @inline(__always) func piece<Rows: Tile>(_: Rows.Type) {
      var state = Rows(memory + row * vectorWidth)
      state.scale(factor)
      state.add(values, a + row, stride: 1)
      sumB = state.product(b + row, sumB)
      sumC = state.product(c + row, sumC)
      state.store(memory + row * vectorWidth)
      row += Rows.count
    }
  }

  @inline(__always)
  mutating func advance(
    _ factor: Vector, _ a1: UnsafePointer<Float>, _ values1: Vector, _ a2: UnsafePointer<Float>, _ values2: Vector,
    _ b: UnsafePointer<Float>
  ) -> Vector {
    var sum = Vector.zero
    var row = 0
    while row + Tile8.count <= rows { piece(Tile8.self) }
    while row < rows { piece(Tile1.self) }
    return sum

    @inline(__always) func piece<Rows: Tile>(_: Rows.Type) {
      var state = Rows(memory + row * vectorWidth)
      state.scale(factor)
      state.add(values2, a2 + row, stride: 1)
      state.add(values1, a1 + row, stride: 1)
      sum = state.product(b + row, sum)
      state.store(memory + row * vectorWidth)
      row += Rows.count
    }
  }
}
