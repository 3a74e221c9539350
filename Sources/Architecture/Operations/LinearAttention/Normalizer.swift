import Engine

/// The normaliser of linear attention, head by head: `n_t = query_t · Σ_{s ≤ t} key_s + ε` divides the sum over values.
///
/// It keeps the running sum `z [dim]` of the keys, so a token costs two operations per channel. Matrices `[rows, dim]`
/// have `Heads.overhang` floats to spare.
struct Normalizer {
  let heads: Heads
  let epsilon: Float
  private let running, line: Pointer  // of one row [dim]

  init(_ heads: Heads, epsilon: Float, _ site: inout KernelSite) {
    (self.heads, self.epsilon) = (heads, epsilon)
    (running, line) = (site.scratch(heads.dim + Heads.overhang), site.scratch(heads.dim + Heads.overhang))
  }

  /// `out /= n`; `inverse [rows, dim] = 1/n`, the same in all channels of a head.
  func forward(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, out: Pointer, inverse: Pointer, sequences: Int
  ) {
    let (heads, running, line, epsilon) = (heads, running, line, Vector(repeating: epsilon))
    for row in 0..<sequences * heads.time {
      let at = row * heads.dim
      if row % heads.time == 0 { running.update(repeating: 0, count: heads.dim) }
      heads.forEachGroup { i, _ in running.store(running.vector(i) + key.vector(at + i), i) }
      heads.sums(into: line) { query.vector(at + $0) * running.vector($0) }
      heads.forEachGroup { i, count in
        let factor = Vector(repeating: 1) / (line.vector(i) + epsilon)
        inverse.store(factor, at + i, first: count)
        out.store(out.vector(at + i) * factor, at + i, first: count)
      }
    }
  }

  /// Turns `upstream = ∂/∂out [rows, dim]` into the gradient of the sum over values, and fills `shares [rows, dim]` with
  /// the normaliser's, the same in all channels of a head. `out` and `inverse` are what `forward` left.
  func divide(
    _ upstream: Pointer, out: UnsafePointer<Float>, inverse: UnsafePointer<Float>, shares: Pointer, sequences: Int
  ) {
    let (heads, line) = (heads, line)
    for row in 0..<sequences * heads.time {
      let at = row * heads.dim
      heads.sums(into: line) { upstream.vector(at + $0) * out.vector(at + $0) }
      heads.forEachGroup { i, count in
        let factor = inverse.vector(at + i)
        shares.store(-factor * line.vector(i), at + i, first: count)
        upstream.store(upstream.vector(at + i) * factor, at + i, first: count)
      }
    }
  }

  /// Adds the gradient that comes through the normaliser to those of `query` and `key`.
  func backward(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, shares: UnsafePointer<Float>, queryGradient: Pointer,
    keyGradient: Pointer, sequences: Int
  ) {
    let (heads, running, rows) = (heads, running, sequences * heads.time)
    for row in 0..<rows {
      let at = row * heads.dim
      if row % heads.time == 0 { running.update(repeating: 0, count: heads.dim) }
      heads.forEachGroup { i, count in
        let sum = running.vector(i) + key.vector(at + i)
        running.store(sum, i)
        queryGradient.store(
          queryGradient.vector(at + i).addingProduct(shares.vector(at + i), sum), at + i, first: count)
      }
    }
    for row in (0..<rows).reversed() {
      let at = row * heads.dim
      if (row + 1) % heads.time == 0 { running.update(repeating: 0, count: heads.dim) }
      heads.forEachGroup { i, count in
        let sum = running.vector(i).addingProduct(shares.vector(at + i), query.vector(at + i))
        running.store(sum, i)
        keyGradient.store(keyGradient.vector(at + i) + sum, at + i, first: count)
      }
    }
  }
}
