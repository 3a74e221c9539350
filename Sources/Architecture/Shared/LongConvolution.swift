import Engine

/// Causal convolution over a whole sequence, sixteen channels at a time, and its gradients:
///
///     y[t]  = Σ_{s≤t} h[t−s] u[s]
///     du[s] = Σ_{t≥s} h[t−s] dy[t]        dh[n] = Σ_{t≥n} dy[t] u[t−n]
///
/// A signal is `[length(time)][16 channels]`: time rounded up to whole tiles, zero beyond its end. All three sums are the
/// same computation: eight outputs at a time in registers, and a window of eight values that slides along one factor.
enum LongConvolution {
  /// Outputs that are computed together.
  static let tile = 8

  /// Positions of a signal of `time` steps.
  static func length(_ time: Int) -> Int { (time + tile - 1) / tile * tile }

  /// Hands `y[t]` to `body` for every t below `length(time)`, in tiles of descending order.
  @inline(__always)
  static func forward(_ h: Pointer, _ u: Pointer, time: Int, _ body: (_ t: Int, _ y: Vector) -> Void) {
    for start in stride(from: 0, to: time, by: tile) {
      let last = start + tile - 1
      let sums = Octet(window: h, u + last * vectorWidth, step: -vectorWidth, count: start + tile)
      sums.forEach { i, y in body(last - i, y) }
    }
  }

  /// Hands `du[s]` to `body` for every s below `length(time)`.
  @inline(__always)
  static func backwardSignal(_ h: Pointer, _ dy: Pointer, time: Int, _ body: (_ s: Int, _ du: Vector) -> Void) {
    let end = length(time)
    for start in stride(from: 0, to: time, by: tile) {
      let sums = Octet(window: h, dy + start * vectorWidth, step: vectorWidth, count: end - start)
      sums.forEach { i, du in body(start + i, du) }
    }
  }

  /// `dh += …`.
  @inline(__always)
  static func backwardFilter(_ u: Pointer, _ dy: Pointer, into dh: Pointer, time: Int) {
    let end = length(time)
    for start in stride(from: 0, to: time, by: tile) {
      let sums = Octet(window: u, dy + start * vectorWidth, step: vectorWidth, count: end - start)
      sums.forEach { i, sum in
        let offset = (start + i) * vectorWidth
        dh.store(dh.vector(offset) + sum, offset)
      }
    }
  }
}

extension Octet {
  /// `Σ_{n<count} f[n − i] x[n]` for i = 0…7, with zeros ahead of f. `x[n]` is at `x + n·step`; `count` is a multiple of
  /// eight.
  @inline(__always)
  fileprivate init(window f: Pointer, _ x: Pointer, step: Int, count: Int) {
    self.init()
    // Before step n, w[i] is f[n − i] for i = 1…7. The names rotate, the values stay where they are.
    var w0 = Vector.zero
    var (w1, w2, w3, w4, w5, w6, w7) = (w0, w0, w0, w0, w0, w0, w0)
    var (f, x) = (f, x)
    var left = count
    while left > 0 {
      w0 = f.vector(0)
      add(x.vector(), w0, w1, w2, w3, w4, w5, w6, w7)
      w7 = f.vector(16)
      add((x + step).vector(), w7, w0, w1, w2, w3, w4, w5, w6)
      w6 = f.vector(32)
      add((x + 2 * step).vector(), w6, w7, w0, w1, w2, w3, w4, w5)
      w5 = f.vector(48)
      add((x + 3 * step).vector(), w5, w6, w7, w0, w1, w2, w3, w4)
      w4 = f.vector(64)
      add((x + 4 * step).vector(), w4, w5, w6, w7, w0, w1, w2, w3)
      w3 = f.vector(80)
      add((x + 5 * step).vector(), w3, w4, w5, w6, w7, w0, w1, w2)
      w2 = f.vector(96)
      add((x + 6 * step).vector(), w2, w3, w4, w5, w6, w7, w0, w1)
      w1 = f.vector(112)
      add((x + 7 * step).vector(), w1, w2, w3, w4, w5, w6, w7, w0)
      f += 8 * vectorWidth
      x += 8 * step
      left -= 8
    }
  }
}
