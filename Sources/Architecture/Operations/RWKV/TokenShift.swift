import Engine

/// The token shift of RWKV: each channel sees a mixture of the present and of the previous position,
///
///     out_t = x_t + (x_{t−1} − x_t) ⊙ β,    x_{−1} = 0        [sequences, time, dim]
///
/// where `mix [dim]` is β itself, the share of the previous position (RWKV-6), or 1 − β, the share of the present one
/// (RWKV-5).
struct TokenShift {
  /// What `mix` is the share of.
  enum Share { case present, previous }

  let dim, time: Int
  let share: Share
  private let zeros: UnsafePointer<Float>  // [dim], what stands before the first and behind the last position

  init(dim: Int, share: Share, _ site: inout KernelSite) {
    (self.dim, time, self.share) = (dim, site.time, share)
    zeros = UnsafePointer(site.saved(dim))
  }

  /// Fills `out`.
  func forward(_ x: UnsafePointer<Float>, mix: UnsafePointer<Float>, into out: Pointer, sequences: Int) {
    let (dim, share) = (dim, share)
    forEachRow(sequences) { row in
      let (present, previous, target) = (x + row.at, row.previous(x), out + row.at)
      @inline(__always) func body<L: MemoryLanes>(_ i: Int, _: L.Type) {
        let (a, b, m) = (L.load(present + i), L.load(previous + i), L.load(mix + i))
        let mixed = share == .previous ? a.addingProduct(b - a, m) : b.addingProduct(a - b, m)
        mixed.store(to: target + i)
      }
      forEachVector(dim) {
        body($0, Vector.self)
      } tail: {
        body($0, Float.self)
      }
    }
  }

  /// `dx += ∂loss/∂x` and `mixGradient += ∂loss/∂mix`, given `upstream = ∂loss/∂out`.
  func backward(
    _ x: UnsafePointer<Float>, upstream: UnsafePointer<Float>, mix: UnsafePointer<Float>, into dx: Pointer,
    mixGradient: Pointer, sequences: Int
  ) {
    let (dim, share) = (dim, share)
    forEachRow(sequences) { row in
      let (present, previous, target) = (x + row.at, row.previous(x), dx + row.at)
      let (own, next) = (upstream + row.at, row.next(upstream))
      @inline(__always) func body<L: MemoryLanes>(_ i: Int, _: L.Type) {
        let (a, b, m) = (L.load(present + i), L.load(previous + i), L.load(mix + i))
        let (d, later) = (L.load(own + i), L.load(next + i))
        let (kept, passed) = share == .previous ? (d, later) : (later, d)
        let gradient = L.load(target + i) + kept.addingProduct(passed - kept, m)
        gradient.store(to: target + i)
        let difference = share == .previous ? b - a : a - b
        L.load(mixGradient + i).addingProduct(d, difference).store(to: mixGradient + i)
      }
      forEachVector(dim) {
        body($0, Vector.self)
      } tail: {
        body($0, Float.self)
      }
    }
  }

  /// The token shift of RWKV-6 whose share of the previous position depends on the token as well:
  /// `out_t = x_t + (x_{t−1} − x_t) ⊙ (mix + shares_t)`. Fills `out`, which may be `shares` itself.
  func forward(
    _ x: UnsafePointer<Float>, mix: UnsafePointer<Float>, shares: UnsafePointer<Float>, into out: Pointer,
    sequences: Int
  ) {
    let dim = dim
    forEachRow(sequences) { row in
      let (present, previous, target, extra) = (x + row.at, row.previous(x), out + row.at, shares + row.at)
      @inline(__always) func body<L: MemoryLanes>(_ i: Int, _: L.Type) {
        let (a, b) = (L.load(present + i), L.load(previous + i))
        a.addingProduct(b - a, L.load(mix + i) + L.load(extra + i)).store(to: target + i)
      }
      forEachVector(dim) {
        body($0, Vector.self)
      } tail: {
        body($0, Float.self)
      }
    }
  }

  /// `dx += ∂loss/∂x` and `mixGradient += ∂loss/∂mix`; `upstream` holds ∂loss/∂out and then ∂loss/∂shares.
  func backward(
    _ x: UnsafePointer<Float>, upstream: Pointer, mix: UnsafePointer<Float>, shares: UnsafePointer<Float>,
    into dx: Pointer, mixGradient: Pointer, sequences: Int
  ) {
    let dim = dim
    forEachRow(sequences) { row in
      let (present, previous, target) = (x + row.at, row.previous(x), dx + row.at)
      let (own, next) = (upstream + row.at, row.next(upstream))
      let (extra, nextExtra) = (shares + row.at, row.next(shares))
      @inline(__always) func body<L: MemoryLanes>(_ i: Int, _: L.Type) {
        let (d, later, m) = (L.load(own + i), L.load(next + i), L.load(mix + i))
        let kept = d - d * (m + L.load(extra + i))
        (L.load(target + i) + kept.addingProduct(later, m + L.load(nextExtra + i))).store(to: target + i)
        let shareGradient = d * (L.load(previous + i) - L.load(present + i))
        shareGradient.store(to: own + i)
        (L.load(mixGradient + i) + shareGradient).store(to: mixGradient + i)
      }
      forEachVector(dim) {
        body($0, Vector.self)
      } tail: {
        body($0, Float.self)
      }
    }
  }

  /// A position: where its channels start, and its neighbours in the same sequence.
  private struct Row {
    let at, dim: Int
    let isFirst, isLast: Bool
    let zeros: UnsafePointer<Float>

    @inline(__always) func previous(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
      isFirst ? zeros : x + (at - dim)
    }
    @inline(__always) func next(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
      isLast ? zeros : x + (at + dim)
    }
  }

  @inline(__always)
  private func forEachRow(_ sequences: Int, _ body: (Row) -> Void) {
    let (dim, time, zeros) = (dim, time, zeros)
    for row in 0..<sequences * time {
      let t = row % time
      body(Row(at: row * dim, dim: dim, isFirst: t == 0, isLast: t == time - 1, zeros: zeros))
    }
  }
}
