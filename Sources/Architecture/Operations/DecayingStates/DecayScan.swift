import Engine

/// The recurrence of gated linear attention and of RWKV, head by head, over a state `S [keys, values]` (both are the
/// head's width):
///
///     S_t = diag(decay_t) S_{t−1} + key_t value_tᵀ
///     out_t = S_tᵀ query_t    or    out_t += S_{t−1}ᵀ query_t        [width]
///
/// as a scan over time. The second form, RWKV's, adds to the bonus of the present token, and its gradients to the bonus's. The state is cut in pieces of up to 16 × 16 that stay in registers while time passes. With
/// `G_t = ∂loss/∂S_t`, which is such a recurrence in reversed time, and S as `out_t` reads it,
///
///     dquery_t = S dout_t,  dkey_t = G_t value_t,  dvalue_t = G_tᵀ key_t,  ddecay_t = rowsum(G_t ⊙ S_{t−1})
///
/// Sums over values want the lanes over keys and the other way round; running a recurrence once more with its lanes over
/// the other side is cheaper than adding up lanes, so S and G are each computed both ways. `ddecay` needs S_{t−1} beside
/// G_t: S is kept at the start of every span of steps and computed again from there, never divided by decays.
struct DecayScan<Reading: StateReading> {
  /// `[sequences, time, dim]` with `Heads.overhang` floats to spare; `decay` may be `[dim]`, the same at all times.
  struct Operands {
    let query, key, value, decay: Pointer
  }

  let heads: Heads
  /// From one position's decays to the next one's: `dim`, or 0 if they are the same at all times.
  let decayStride: Int
  private let starts: Pointer  // the state at the start of each span [spans, 16, 16]
  private let history: Pointer  // the states before the steps of one span [span, 16, 16]

  init(_ heads: Heads, constantDecay: Bool, _ site: inout KernelSite) {
    self.heads = heads
    decayStride = constantDecay ? 0 : heads.dim
    let piece = vectorWidth * vectorWidth
    starts = site.scratch((heads.time + spanLength - 1) / spanLength * piece)
    history = site.scratch(spanLength * piece)
  }

  /// FLOPs per token: key ⊗ value, the decaying sum and the reading of the state.
  static func flops(heads: Int, width: Int) -> Double { 5 * Double(heads) * Double(width) * Double(width) }

  /// Fills `out` with the outputs of all heads, or adds them.
  func forward(_ operands: Operands, into out: Pointer, sequences: Int) {
    heads.forEachPiece(
      sequences, OutputScan<Reading>(operands: operands, out: out, stride: heads.dim, decayStride: decayStride))
  }

  /// Fills the gradients of all operands, given `upstream = ∂loss/∂out`, or adds to those of query, key and value. That
  /// of the decays is filled and is always `[sequences, time, dim]`.
  func backward(_ operands: Operands, upstream: Pointer, gradients: Operands, sequences: Int) {
    heads.forEachPiece(
      sequences,
      ValueGradientScan<Reading>(
        operands: operands, upstream: upstream, gradient: gradients.value, stride: heads.dim, decayStride: decayStride))
    heads.forEachPiece(
      sequences,
      KeySideScan<Reading>(
        operands: operands, upstream: upstream, gradients: gradients, starts: starts, history: history,
        stride: heads.dim, decayStride: decayStride))
  }
}

/// Which state an output reads; an output that reads the old one is added to what is there.
protocol StateReading {
  static var isOld: Bool { get }
}

/// Gated linear attention: the state with the present token in it.
enum ReadsNewState: StateReading {
  static var isOld: Bool { @inline(__always) get { false } }
}

/// RWKV: the state before the present token, which comes in through its bonus.
enum ReadsOldState: StateReading {
  static var isOld: Bool { @inline(__always) get { true } }
}

/// How many steps of history fit in the first-level cache beside the operands.
private let spanLength = 16

/// Rows over keys, lanes over values: the outputs.
private struct OutputScan<Reading: StateReading>: PieceScan {
  let operands: DecayScan<Reading>.Operands
  let out: Pointer
  let stride, decayStride: Int

  @inline(__always)
  func run<Rows: DecayingRows>(_: Rows.Type, _ piece: StatePiece) {
    let (query, key, value, decays) = (operands.query, operands.key, operands.value, operands.decay)
    let (out, stride, decayStride, lanes) = (out, stride, decayStride, piece.lanes)
    let kept = piece.kept(adding: Reading.isOld)
    var row = piece.start * stride + piece.row
    var lane = piece.start * stride + piece.lane
    var decay = piece.start * decayStride + piece.row
    var state = Rows(repeating: .zero)
    for _ in 0..<piece.time {
      let values = value.vector(lane).only(lanes)
      if !Reading.isOld { state.decay(RowDecay(values: decays + decay), adding: key + row, values) }
      out.store(state.product(query + row, out.vector(lane).only(kept)), lane)
      if Reading.isOld { state.decay(RowDecay(values: decays + decay), adding: key + row, values) }
      row += stride
      lane += stride
      decay += decayStride
    }
  }
}

/// Rows over keys, lanes over values, in reversed time: the gradient of the values.
private struct ValueGradientScan<Reading: StateReading>: PieceScan {
  let operands: DecayScan<Reading>.Operands
  let upstream, gradient: Pointer
  let stride, decayStride: Int

  @inline(__always)
  func run<Rows: DecayingRows>(_: Rows.Type, _ piece: StatePiece) {
    let (query, key, decays) = (operands.query, operands.key, operands.decay)
    let (upstream, gradient, stride, decayStride, lanes) = (upstream, gradient, stride, decayStride, piece.lanes)
    let kept = piece.kept(adding: Reading.isOld)
    let last = piece.start + piece.time - 1
    var row = last * stride + piece.row
    var lane = last * stride + piece.lane
    var decay = last * decayStride + piece.row
    var later = decay  // the decays of the step after; none on the last, when the gradient is still zero
    var state = Rows(repeating: .zero)
    for _ in 0..<piece.time {
      let outer = upstream.vector(lane).only(lanes)
      if !Reading.isOld { state.decay(RowDecay(values: decays + later), adding: query + row, outer) }
      gradient.store(state.product(key + row, gradient.vector(lane).only(kept)), lane)
      if Reading.isOld { state.decay(RowDecay(values: decays + decay), adding: query + row, outer) }
      row -= stride
      lane -= stride
      later = decay
      decay -= decayStride
    }
  }
}

/// Rows over values, lanes over keys: the gradients of queries, keys and decays.
private struct KeySideScan<Reading: StateReading>: PieceScan {
  let operands: DecayScan<Reading>.Operands
  let upstream: Pointer
  let gradients: DecayScan<Reading>.Operands
  let starts, history: Pointer
  let stride, decayStride: Int

  @inline(__always)
  func run<Rows: DecayingRows>(_ rows: Rows.Type, _ piece: StatePiece) {
    queries(rows, piece)
    var gradient = Rows(repeating: .zero)
    for span in (0..<(piece.time + spanLength - 1) / spanLength).reversed() {
      let first = span * spanLength
      let count = min(spanLength, piece.time - first)
      recompute(rows, piece, span: span, first: first, count: count)
      keysAndDecays(&gradient, piece, first: first, count: count)
    }
  }

  /// Runs S forward: the gradient of the queries, and S at the start of every span.
  @inline(__always)
  private func queries<Rows: DecayingRows>(_: Rows.Type, _ piece: StatePiece) {
    let (key, value, decays) = (operands.key, operands.value, operands.decay)
    let (upstream, gradient, stride, decayStride, lanes) = (upstream, gradients.query, stride, decayStride, piece.lanes)
    let kept = piece.kept(adding: Reading.isOld)
    var row = piece.start * stride + piece.row
    var lane = piece.start * stride + piece.lane
    var decay = piece.start * decayStride + piece.lane
    var state = Rows(repeating: .zero)
    for t in 0..<piece.time {
      if t % spanLength == 0 { state.store(starts + t / spanLength * vectorWidth * vectorWidth) }
      let (keys, factors) = (key.vector(lane).only(lanes), LaneDecay(values: decays.vector(decay).only(lanes)))
      if !Reading.isOld { state.decay(factors, adding: value + row, keys) }
      gradient.store(state.product(upstream + row, gradient.vector(lane).only(kept)), lane)
      if Reading.isOld { state.decay(factors, adding: value + row, keys) }
      row += stride
      lane += stride
      decay += decayStride
    }
  }

  /// Fills `history` with S before each step of a span.
  @inline(__always)
  private func recompute<Rows: DecayingRows>(_: Rows.Type, _ piece: StatePiece, span: Int, first: Int, count: Int) {
    let (key, value, decays) = (operands.key, operands.value, operands.decay)
    let (history, stride, decayStride, lanes) = (history, stride, decayStride, piece.lanes)
    var row = (piece.start + first) * stride + piece.row
    var lane = (piece.start + first) * stride + piece.lane
    var decay = (piece.start + first) * decayStride + piece.lane
    var state = Rows(starts + span * vectorWidth * vectorWidth)
    for step in 0..<count {
      state.store(history + step * vectorWidth * vectorWidth)
      let (keys, factors) = (key.vector(lane).only(lanes), LaneDecay(values: decays.vector(decay).only(lanes)))
      state.decay(factors, adding: value + row, keys)
      row += stride
      lane += stride
      decay += decayStride
    }
  }

  /// Runs G back through a span: the gradients of keys and decays.
  @inline(__always)
  private func keysAndDecays<Rows: DecayingRows>(
    _ running: inout Rows, _ piece: StatePiece, first: Int, count: Int
  ) {
    let (query, value, decays) = (operands.query, operands.value, operands.decay)
    let (keyGradient, decayGradient) = (gradients.key, gradients.decay)
    let (upstream, history, stride, decayStride, lanes) = (upstream, history, stride, decayStride, piece.lanes)
    let (kept, keptDecay) = (piece.kept(adding: Reading.isOld), piece.kept(adding: false))
    let last = first + count - 1
    var row = (piece.start + last) * stride + piece.row
    var lane = (piece.start + last) * stride + piece.lane
    var decay = (piece.start + last) * decayStride + piece.lane
    // The decays of the step after; none on the last of all, when the gradient is still zero.
    var later = last + 1 < piece.time ? decay + decayStride : decay
    var state = running
    for step in (0..<count).reversed() {
      let queries = query.vector(lane).only(lanes)
      if !Reading.isOld {
        state.decay(LaneDecay(values: decays.vector(later).only(lanes)), adding: upstream + row, queries)
      }
      keyGradient.store(state.product(value + row, keyGradient.vector(lane).only(kept)), lane)
      let before = history + step * vectorWidth * vectorWidth
      decayGradient.store(state.product(rows: before, decayGradient.vector(lane).only(keptDecay)), lane)
      if Reading.isOld {
        state.decay(LaneDecay(values: decays.vector(decay).only(lanes)), adding: upstream + row, queries)
      }
      row -= stride
      lane -= stride
      later = decay
      decay -= decayStride
    }
    running = state
  }
}

/// A piece of one head's state in one sequence: a few rows, sixteen lanes.
private struct StatePiece {
  /// The position at which the sequence starts, and its length.
  let start, time: Int
  /// The channels of the first row and of the first lane.
  let row, lane: Int
  /// The lanes that belong to the head.
  let lanes: LaneMask
  /// Whether no other rows have been added up yet.
  let isFirst: Bool

  /// The lanes of a result whose content counts; the others are filled by the first rows. Lanes of other heads are kept.
  @inline(__always) func kept(adding: Bool) -> LaneMask {
    adding || !isFirst ? .all : lanes.inverted
  }
}

private protocol PieceScan {
  func run<Rows: DecayingRows>(_: Rows.Type, _ piece: StatePiece)
}

extension Heads {
  /// Runs `scan` over every piece of the state of every head and sequence.
  @inline(__always)
  fileprivate func forEachPiece(_ sequences: Int, _ scan: some PieceScan) {
    for sequence in 0..<sequences {
      for head in 0..<count {
        for column in stride(from: 0, to: width, by: vectorWidth) {
          var row = 0
          @inline(__always) func run<Rows: DecayingRows>(_ rows: Rows.Type) {
            let first = head * width
            scan.run(
              rows,
              StatePiece(
                start: sequence * time, time: time, row: first + row, lane: first + column, lanes: lanes(from: column),
                isFirst: row == 0))
            row += Rows.count
          }
          while row + 16 <= width { run(Tile16.self) }
          if row + 8 <= width { run(Tile8.self) }
          if row + 4 <= width { run(Tile4.self) }
          if row + 2 <= width { run(Tile2.self) }
          if row < width { run(Tile1.self) }
        }
      }
    }
  }
}
