import Engine

/// The factors by which the rows of a state decay in one step.
protocol StateDecay {
  /// The factors of row `i`, lane by lane.
  func factors(_ i: Int) -> Vector
  /// The same for the rows from `i` on.
  func from(_ i: Int) -> Self
}

/// One factor for each row.
struct RowDecay: StateDecay {
  let values: UnsafePointer<Float>
  @inline(__always) func factors(_ i: Int) -> Vector { Vector(repeating: values[i]) }
  @inline(__always) func from(_ i: Int) -> RowDecay { RowDecay(values: values + i) }
}

/// One factor for each lane, the same in all rows.
struct LaneDecay: StateDecay {
  let values: Vector
  @inline(__always) func factors(_ i: Int) -> Vector { values }
  @inline(__always) func from(_ i: Int) -> LaneDecay { self }
}

/// Rows of a recurrent state that decays, and that can be put aside.
protocol DecayingRows: StateRows {
  /// Row i `= decay_i ⊙ row i + a[i] · values`.
  mutating func decay(_ decay: some StateDecay, adding a: UnsafePointer<Float>, _ values: Vector)

  /// Writes the rows to `memory [count, 16]`.
  func store(_ memory: Pointer)

  /// Reads the rows from `memory [count, 16]`.
  mutating func load(_ memory: UnsafePointer<Float>)

  /// `sum + Σ_i memory row i ⊙ row i`.
  func product(rows memory: UnsafePointer<Float>, _ sum: Vector) -> Vector
}

extension Row: DecayingRows {
  @inline(__always)
  mutating func decay(_ decay: some StateDecay, adding a: UnsafePointer<Float>, _ values: Vector) {
    self.values = (Vector(repeating: a[0]) * values).addingProduct(self.values, decay.factors(0))
  }
  @inline(__always) func store(_ memory: Pointer) { memory.store(values) }
  @inline(__always) mutating func load(_ memory: UnsafePointer<Float>) { values = memory.vector() }
  @inline(__always) func product(rows memory: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    sum.addingProduct(memory.vector(), values)
  }
}

extension StackedRows: DecayingRows where Half: DecayingRows {
  @inline(__always)
  mutating func decay(_ decay: some StateDecay, adding a: UnsafePointer<Float>, _ values: Vector) {
    upper.decay(decay, adding: a, values)
    lower.decay(decay.from(Half.count), adding: a + Half.count, values)
  }
  @inline(__always) func store(_ memory: Pointer) {
    upper.store(memory)
    lower.store(memory + Half.count * vectorWidth)
  }
  @inline(__always) mutating func load(_ memory: UnsafePointer<Float>) {
    upper.load(memory)
    lower.load(memory + Half.count * vectorWidth)
  }
  @inline(__always) func product(rows memory: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    let below = memory + Half.count * vectorWidth
    return Half.count < 4
      ? lower.product(rows: below, upper.product(rows: memory, sum))
      : upper.product(rows: memory, sum) + lower.product(rows: below, .zero)
  }
}
