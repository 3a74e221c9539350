import Engine

/// Causal linear attention without normaliser or decay, head by head:
///
///     out_t = Σ_{s ≤ t} (query_t · key_s) value_s        [width]
///
/// as a scan over the state `S_t = S_{t−1} + key_t value_tᵀ`, `out_t = S_tᵀ query_t`. The state is cut in pieces of up to
/// 16 × 16 that stay in registers while time passes, so a token costs 2 width multiply-adds per channel, at about the
/// speed of a matrix product, whatever the length.
///
/// The three gradients are scans too: `dquery` is the scan of (dout, value, key); `dkey` and `dvalue` are those of
/// (value, dout, query) and (key, query, dout) in reversed time, where the sum runs over s ≥ t.
enum LinearScan {
  /// All operands are `[sequences, time, heads · width]` with `Heads.overhang` floats to spare.
  static func run(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>, into out: Pointer,
    heads: Heads, sequences: Int, reversed: Bool = false
  ) {
    let (width, stride) = (heads.width, heads.dim)
    let first = reversed ? (heads.time - 1) * stride : 0
    for sequence in 0..<sequences {
      for head in 0..<heads.count {
        let base = sequence * heads.time * stride + head * width + first
        for column in Swift.stride(from: 0, to: width, by: vectorWidth) {
          var row = 0
          func piece<Rows: Tile>(_ rows: Rows.Type) {
            scan(
              rows, query: query + base + row, key: key + base + row, value: value + base + column,
              out: out + base + column, lanes: heads.laneCount(from: column), isFirst: row == 0, time: heads.time,
              step: reversed ? -stride : stride)
            row += Rows.count
          }
          while row + 16 <= width { piece(Tile16.self) }
          if row + 8 <= width { piece(Tile8.self) }
          if row + 4 <= width { piece(Tile4.self) }
          if row + 2 <= width { piece(Tile2.self) }
          if row < width { piece(Tile1.self) }
        }
      }
    }
  }

  @inline(__always)
  private static func scan<Rows: Tile>(
    _: Rows.Type, query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>, out: Pointer,
    lanes: Int, isFirst: Bool, time: Int, step: Int
  ) {
    var state = Rows(repeating: .zero)
    var at = 0
    for _ in 0..<time {
      state.add(value.vector(at), key + at, stride: 1)
      // The first piece of the rows sets the output and the others add to it.
      out.store(state.product(query + at, isFirst ? .zero : out.vector(at)), at, first: lanes)
      at += step
    }
  }
}
