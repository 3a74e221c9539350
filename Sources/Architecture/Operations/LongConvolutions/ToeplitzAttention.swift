import Engine

/// Attention whose weights are scores times a filter of the distance, instead of a softmax; for each head of d channels:
///
///     o_t = Σ_{s≤t} h[t−s] (q_t · k_s) v_s
///
/// and, with P_ts = do_t · v_s and S_ts = q_t · k_s:
///
///     dq_t = Σ_s h[t−s] P_ts k_s     dk_s = Σ_t h[t−s] P_ts q_t     dv_s = Σ_t h[t−s] S_ts do_t
///     dh[n] = Σ_t S_{t,t−n} P_{t,t−n}
///
/// Matrices are `[channels, stride]` with time in the rows, so that sixteen queries (in the backward pass of k and v,
/// sixteen keys) are the lanes, and every sum is a product with a tile. The filter is zero at negative distances, hence no
/// masks.
final class ToeplitzAttention {
  /// The row stride of the matrices: whole vectors of time, and one more vector that is zero in the gradients.
  let stride: Int
  private let heads, headDim, time: Int
  private let length: Int  // time in whole vectors
  private let filters: Pointer  // 16 zeros, then h [heads, 16 + length], saved
  private let reversed: Pointer  // h[length − x], zeros for x > length [heads, length + 32], saved
  private let diagonals: Pointer  // Σ S ⊙ P by t₀ − s₀, key, query: [heads, length/8, 8, 16], saved
  private let weights, otherWeights: Pointer  // h ⊙ scores [chunk, 16]

  /// Keys, or queries, whose weights are held at a time.
  private static let chunk = 128
  /// Keys, or queries, per tile of scores.
  private static let tile = 8

  static func stride(time: Int) -> Int { aligned(time) + vectorWidth }

  init(heads: Int, headDim: Int, _ site: inout KernelSite) {
    (self.heads, self.headDim, time) = (heads, headDim, site.time)
    length = aligned(time)
    stride = Self.stride(time: time)
    filters = site.saved(heads * (vectorWidth + length))
    reversed = site.saved(heads * (length + 2 * vectorWidth))
    diagonals = site.saved(heads * length * vectorWidth)
    weights = site.scratch(Self.chunk * vectorWidth)
    otherWeights = site.scratch(Self.chunk * vectorWidth)
  }

  /// Takes the filters from `values [blocks of heads, blockSize / 16, 16]` and forgets their gradient.
  func beginStep(_ values: Pointer, blockSize: Int) {
    for head in 0..<heads {
      let source = values + head / vectorWidth * blockSize + head % vectorWidth
      let (filter, reversed) = (filter(head), reversedFilter(head))
      for n in 0..<time {
        filter[n] = source[n * vectorWidth]
        reversed[-n] = source[n * vectorWidth]
      }
    }
    diagonals.update(repeating: 0, count: heads * length * vectorWidth)
  }

  /// Adds the filters' gradient, laid out as the values.
  func endStep(into gradient: Pointer, blockSize: Int) {
    for head in 0..<heads {
      let target = gradient + head / vectorWidth * blockSize + head % vectorWidth
      for diagonal in 0..<length / Self.tile {
        let source = diagonals + (head * length + diagonal * Self.tile) * vectorWidth
        for key in 0..<Self.tile {
          for query in 0..<vectorWidth {
            let n = (diagonal - 1) * Self.tile + query - key
            if n >= 0, n < time { target[n * vectorWidth] += source[key * vectorWidth + query] }
          }
        }
      }
    }
  }

  /// `o = …` for one sequence; all are `[channels, stride]`.
  func forward(_ q: Pointer, _ k: Pointer, _ v: Pointer, into o: Pointer) {
    for head in 0..<heads {
      let first = head * headDim * stride
      let filter = filter(head)
      for start in Swift.stride(from: 0, to: length, by: vectorWidth) {
        forEachChunk(0..<start + vectorWidth) { keys in
          for key in Swift.stride(from: keys.lowerBound, to: keys.upperBound, by: Self.tile) {
            let target = weights + (key - keys.lowerBound) * vectorWidth
            scores(q + first + start, k + first + key).forEach(from: 0) { j, score in
              target.store(score * filter.vector(start - key - j), j * vectorWidth)
            }
          }
          apply(weights, v + first, keys, into: o + first + start, isFirst: keys.lowerBound == 0)
        }
      }
    }
  }

  /// `dq = …`, `dk = …`, `dv = …` and the filters' gradient `+=` for one sequence, given `gradient = ∂/∂o`, which is zero
  /// beyond the sequence's end.
  func backward(
    _ q: Pointer, _ k: Pointer, _ v: Pointer, _ gradient: Pointer, dq: Pointer, dk: Pointer, dv: Pointer
  ) {
    for head in 0..<heads {
      let first = head * headDim * stride
      for start in Swift.stride(from: 0, to: length, by: vectorWidth) {
        backwardQueries(head, start, q + first, k + first, v + first, gradient + first, dq: dq + first)
        backwardKeys(head, start, q + first, k + first, v + first, gradient + first, dk: dk + first, dv: dv + first)
      }
    }
  }

  /// ∂/∂q of the sixteen queries from `start` on, and their share of ∂/∂h.
  private func backwardQueries(
    _ head: Int, _ start: Int, _ q: Pointer, _ k: Pointer, _ v: Pointer, _ gradient: Pointer, dq: Pointer
  ) {
    let filter = filter(head)
    forEachChunk(0..<start + vectorWidth) { keys in
      for key in Swift.stride(from: keys.lowerBound, to: keys.upperBound, by: Self.tile) {
        let target = weights + (key - keys.lowerBound) * vectorWidth
        let diagonal = diagonals + (head * length + start - key + Self.tile) * vectorWidth
        let slopes = scores(gradient + start, v + key)
        scores(q + start, k + key).forEach(with: slopes, from: 0) { j, score, slope in
          diagonal.store(diagonal.vector(j * vectorWidth).addingProduct(score, slope), j * vectorWidth)
          target.store(slope * filter.vector(start - key - j), j * vectorWidth)
        }
      }
      apply(weights, k, keys, into: dq + start, isFirst: keys.lowerBound == 0)
    }
  }

  /// ∂/∂k and ∂/∂v of the sixteen keys from `start` on.
  private func backwardKeys(
    _ head: Int, _ start: Int, _ q: Pointer, _ k: Pointer, _ v: Pointer, _ gradient: Pointer, dk: Pointer, dv: Pointer
  ) {
    let reversed = reversedFilter(head)
    forEachChunk(start..<length) { queries in
      for query in Swift.stride(from: queries.lowerBound, to: queries.upperBound, by: Self.tile) {
        let offset = (query - queries.lowerBound) * vectorWidth
        let (target, otherTarget) = (weights + offset, otherWeights + offset)
        let slopes = scores(v + start, gradient + query)
        scores(k + start, q + query).forEach(with: slopes, from: 0) { j, score, slope in
          let h = reversed.vector(start - query - j)
          target.store(score * h, j * vectorWidth)
          otherTarget.store(slope * h, j * vectorWidth)
        }
      }
      apply(weights, gradient, queries, into: dv + start, isFirst: queries.lowerBound == start)
      apply(otherWeights, q, queries, into: dk + start, isFirst: queries.lowerBound == start)
    }
  }

  /// The products of the sixteen positions at `lanes` with the eight at `others`, over the channels of a head.
  @inline(__always)
  private func scores(_ lanes: Pointer, _ others: Pointer) -> Tile8 {
    var sums = Tile8(repeating: .zero)
    for channel in 0..<headDim { sums.add(lanes.vector(channel * stride), others + channel * stride, stride: 1) }
    return sums
  }

  /// `target [channels of a head, 16] = Σ weights[n] · values[channel, n]` over the positions of a chunk; `+=` unless it
  /// is the first.
  @inline(__always)
  private func apply(
    _ weights: Pointer, _ values: Pointer, _ positions: Range<Int>, into target: Pointer, isFirst: Bool
  ) {
    let (headDim, stride) = (headDim, stride)
    var channel = 0
    while channel + Tile8.count <= headDim { rows(Tile8.self) }
    while channel + Tile4.count <= headDim { rows(Tile4.self) }
    while channel < headDim { rows(Tile1.self) }

    @inline(__always) func rows<Rows: Tile>(_: Rows.Type) {
      let numbers = values + channel * stride + positions.lowerBound
      var sums = Rows(repeating: .zero)
      for n in 0..<positions.count { sums.add(weights.vector(n * vectorWidth), numbers + n, stride: stride) }
      sums.forEach(from: channel) { row, sum in
        let place = target + row * stride
        place.store(isFirst ? sum : place.vector() + sum)
      }
      channel += Rows.count
    }
  }

  @inline(__always)
  private func forEachChunk(_ range: Range<Int>, _ body: (Range<Int>) -> Void) {
    for start in Swift.stride(from: range.lowerBound, to: range.upperBound, by: Self.chunk) {
      body(start..<min(start + Self.chunk, range.upperBound))
    }
  }

  /// h of a head; zero at distances −16…−1.
  private func filter(_ head: Int) -> Pointer { filters + head * (vectorWidth + length) + vectorWidth }

  /// h of a head backwards: its value at −n is h[n], and zero at 1…31.
  private func reversedFilter(_ head: Int) -> Pointer { reversed + head * (length + 2 * vectorWidth) + length }
}
