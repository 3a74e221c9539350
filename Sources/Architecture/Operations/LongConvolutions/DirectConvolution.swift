import Engine

/// The sums of `LongConvolution` term by term, eight outputs at a time in registers, with a window of eight values that
/// slides along one factor. Nothing else is loaded, so that they run at the rate of the multiply-add units.
///
/// Signals have a whole number of tiles, with zeros beyond their end.
enum DirectConvolution {
  /// Outputs that are computed together.
  static let tile = 8

  /// `y[t] = Σ_{s≤t} h[t−s] u[s]`.
  static func forward(_ h: Pointer, _ u: Pointer, into y: Pointer, length: Int) {
    for start in stride(from: 0, to: length, by: tile) {
      let last = y + (start + tile - 1) * vectorWidth
      // Reversed in time this is the sum of `signalGradient`.
      Tile8(window: h, u + (start + tile - 1) * vectorWidth, step: -vectorWidth, count: start + tile)
        .forEach(from: 0) { i, sum in last.store(sum, -i * vectorWidth) }
    }
  }

  /// `du[s] = Σ_{t≥s} h[t−s] dy[t]`.
  static func signalGradient(_ h: Pointer, _ dy: Pointer, into du: Pointer, length: Int) {
    for start in stride(from: 0, to: length, by: tile) {
      let first = du + start * vectorWidth
      Tile8(window: h, dy + start * vectorWidth, step: vectorWidth, count: length - start)
        .forEach(from: 0) { i, sum in first.store(sum, i * vectorWidth) }
    }
  }

  /// `dh[n] += Σ_{t≥n} dy[t] u[t−n]`.
  static func filterGradient(_ u: Pointer, _ dy: Pointer, into dh: Pointer, length: Int) {
    for start in stride(from: 0, to: length, by: tile) {
      let first = dh + start * vectorWidth
      Tile8(window: u, dy + start * vectorWidth, step: vectorWidth, count: length - start)
        .forEach(from: 0) { i, sum in first.store(first.vector(i * vectorWidth) + sum, i * vectorWidth) }
    }
  }
}

extension Tile8 {
  /// `Σ_{n<count} f[n − i] x[n]` for i = 0…7, with zeros ahead of f. `x[n]` is at `x + n·step`; `count` is a multiple of
  /// eight.
  @inline(__always)
  fileprivate init(window f: Pointer, _ x: Pointer, step: Int, count: Int) {
    self.init(repeating: .zero)
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

  /// Vector i `+= w[i] ⊙ x`.
  @inline(__always)
  private mutating func add(
    _ x: Vector, _ w0: Vector, _ w1: Vector, _ w2: Vector, _ w3: Vector, _ w4: Vector, _ w5: Vector, _ w6: Vector,
    _ w7: Vector
  ) {
    add(Tile8(Tile4(w0, w1, w2, w3), Tile4(w4, w5, w6, w7)), Tile8(repeating: x))
  }
}

extension Tile4 {
  @inline(__always)
  fileprivate init(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) {
    self.init(
      Tile2(Tile1(repeating: a), Tile1(repeating: b)), Tile2(Tile1(repeating: c), Tile1(repeating: d)))
  }
}
