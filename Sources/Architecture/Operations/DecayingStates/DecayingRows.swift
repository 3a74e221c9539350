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

/// Rows of a recurrent state that decays, sixteen of its values wide.
protocol DecayingRows: Tile {
  /// Row i `= decay_i ⊙ row i + a[i] · values`.
  mutating func decay(_ decay: some StateDecay, adding a: UnsafePointer<Float>, _ values: Vector)
}

extension Tile1: DecayingRows {
  @inline(__always)
  mutating func decay(_ decay: some StateDecay, adding a: UnsafePointer<Float>, _ values: Vector) {
    vector = (Vector(repeating: a[0]) * values).addingProduct(vector, decay.factors(0))
  }
}

extension TilePair: DecayingRows where Half: DecayingRows {
  @inline(__always)
  mutating func decay(_ decay: some StateDecay, adding a: UnsafePointer<Float>, _ values: Vector) {
    upper.decay(decay, adding: a, values)
    lower.decay(decay.from(Half.count), adding: a + Half.count, values)
  }
}
