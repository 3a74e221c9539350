import Foundation

/// Attention by its definition in float64, with every weight of every pair, forward and backward.
struct AttentionReference {
  struct Shape: Sendable, CustomStringConvertible {
    let dim, heads, keyValueHeads, time: Int
    let window: Int?
    var headDim: Int { dim / heads }
    var projected: Int { (heads + 2 * keyValueHeads) * headDim }
    var description: String { "dim \(dim), \(heads)/\(keyValueHeads) heads, \(time) tokens, window \(window ?? time)" }

    /// Lengths around the blocks of 16 positions and the tiles of 128; windows inside, at and across blocks.
    static let all: [Shape] =
      [1, 2, 15, 16, 17, 32, 33, 127, 128, 129, 145].flatMap { time in
        [nil, 1, 15, 16, 17, 40].map { window in
          Shape(dim: 16, heads: 2, keyValueHeads: time % 3 == 0 ? 2 : 1, time: time, window: window)
        }
      }
      // Head widths that are summed in groups of 8, 4 and 1 channels; groups of one to six query heads; long windows.
      + [
        (2, 1, 1, 40, nil), (8, 2, 2, 64, nil), (24, 4, 2, 50, nil), (30, 3, 1, 35, 5), (10, 1, 1, 20, nil),
        (28, 2, 1, 130, 100), (36, 6, 1, 18, nil), (64, 1, 1, 49, 20), (40, 2, 2, 37, nil), (16, 4, 4, 300, 200),
        (16, 2, 1, 290, 128), (8, 2, 1, 273, 127),
      ].map { Shape(dim: $0.0, heads: $0.1, keyValueHeads: $0.2, time: $0.3, window: $0.4) }
  }

  struct Answer {
    var y, dx: [Double]
    var parameters: [String: [Double]]
  }

  private let shape: Shape
  private let inputWeight, inputBias, outputWeight, outputBias: [Double]

  init(_ shape: Shape, _ weights: [String: [Float]]) {
    self.shape = shape
    func tensor(_ name: String) -> [Double] { (weights[name] ?? []).map(Double.init) }
    (inputWeight, inputBias) = (tensor("Wqkv.weight"), tensor("Wqkv.bias"))
    (outputWeight, outputBias) = (tensor("out_proj.weight"), tensor("out_proj.bias"))
  }

  /// x and dy are `[sequences, time, dim]`.
  func run(_ x: [Double], _ dy: [Double]) -> Answer {
    let (dim, time, projected, headDim) = (shape.dim, shape.time, shape.projected, shape.headDim)
    let qkv = project(x)
    var (o, dqkv) = (x, qkv.map { _ in 0.0 })
    let dO = product(dy, outputWeight, outputs: dim, inputs: dim, transposed: true)
    forEachQuery(x.count / dim / time) { sequence, head, t in
      let (q, keys) = (query(qkv, sequence, head, t), visible(t))
      let p = weights(qkv, sequence, head, t)
      let base = (sequence * time + t) * dim + head * headDim
      for c in 0..<headDim {
        o[base + c] = zip(keys, p).reduce(0) { $0 + $1.1 * qkv[place(sequence, $1.0, value(head), c)] }
      }
      let dp = keys.map { s in
        (0..<headDim).reduce(0) { $0 + dO[base + $1] * qkv[place(sequence, s, value(head), $1)] }
      }
      let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
      for (index, s) in keys.enumerated() {
        let ds = p[index] * (dp[index] - mean) / Double(headDim).squareRoot()
        for c in 0..<headDim {
          dqkv[place(sequence, s, value(head), c)] += p[index] * dO[base + c]
          dqkv[place(sequence, s, key(head), c)] += ds * q[c]
          dqkv[place(sequence, t, head, c)] += ds * qkv[place(sequence, s, key(head), c)]
        }
      }
    }
    rotate(&dqkv, sign: -1)
    return Answer(
      y: product(o, outputWeight, outputs: dim, inputs: dim, transposed: false).enumerated().map {
        $1 + outputBias[$0 % dim]
      },
      dx: product(dqkv, inputWeight, outputs: projected, inputs: dim, transposed: true),
      parameters: [
        "Wqkv.weight": outer(dqkv, x, projected, dim), "Wqkv.bias": sums(dqkv, projected),
        "out_proj.weight": outer(dy, o, dim, dim), "out_proj.bias": sums(dy, dim),
      ])
  }

  /// The outputs of one sequence `x [time, dim]` at a few positions.
  func outputs(_ x: [Double], at positions: [Int]) -> [Double] {
    let qkv = project(x)
    return positions.flatMap { t -> [Double] in
      let o = (0..<shape.heads).flatMap { head in
        let p = weights(qkv, 0, head, t)
        return (0..<shape.headDim).map { c in
          zip(visible(t), p).reduce(0) { $0 + $1.1 * qkv[place(0, $1.0, value(head), c)] }
        }
      }
      let y = product(o, outputWeight, outputs: shape.dim, inputs: shape.dim, transposed: false)
      return zip(y, outputBias).map { $0 + $1 }
    }
  }

  /// The keys that a query sees.
  private func visible(_ t: Int) -> ClosedRange<Int> { max(0, t - (shape.window ?? t))...t }

  /// The softmax over the visible keys.
  private func weights(_ qkv: [Double], _ sequence: Int, _ head: Int, _ t: Int) -> [Double] {
    let q = query(qkv, sequence, head, t)
    let scores = visible(t).map { s in
      (0..<shape.headDim).reduce(0) { $0 + q[$1] * qkv[place(sequence, s, key(head), $1)] }
        / Double(shape.headDim).squareRoot()
    }
    let largest = scores.reduce(-.infinity) { max($0, $1) }
    let total = scores.reduce(0) { $0 + exp($1 - largest) }
    return scores.map { exp($0 - largest) / total }
  }

  private func query(_ qkv: [Double], _ sequence: Int, _ head: Int, _ t: Int) -> [Double] {
    (0..<shape.headDim).map { qkv[place(sequence, t, head, $0)] }
  }

  /// The place of the key and value heads of a query head among all heads of `qkv`.
  private func key(_ head: Int) -> Int { shape.heads + head * shape.keyValueHeads / shape.heads }
  private func value(_ head: Int) -> Int { key(head) + shape.keyValueHeads }

  private func place(_ sequence: Int, _ t: Int, _ head: Int, _ c: Int) -> Int {
    (sequence * shape.time + t) * shape.projected + head * shape.headDim + c
  }

  private func forEachQuery(_ sequences: Int, _ body: (_ sequence: Int, _ head: Int, _ t: Int) -> Void) {
    for sequence in 0..<sequences {
      for head in 0..<shape.heads { for t in 0..<shape.time { body(sequence, head, t) } }
    }
  }

  /// Queries and keys rotated, and values.
  private func project(_ x: [Double]) -> [Double] {
    var qkv = product(x, inputWeight, outputs: shape.projected, inputs: shape.dim, transposed: false)
    for i in qkv.indices { qkv[i] += inputBias[i % shape.projected] }
    rotate(&qkv, sign: 1)
    return qkv
  }

  private func rotate(_ qkv: inout [Double], sign: Double) {
    let half = shape.headDim / 2
    for row in 0..<qkv.count / shape.projected {
      for head in 0..<shape.heads + shape.keyValueHeads {
        for i in 0..<half {
          let angle = sign * Double(row % shape.time) * pow(10_000, -2 * Double(i) / Double(shape.headDim))
          let a = row * shape.projected + head * shape.headDim + i
          let (first, second) = (qkv[a], qkv[a + half])
          qkv[a] = first * cos(angle) - second * sin(angle)
          qkv[a + half] = second * cos(angle) + first * sin(angle)
        }
      }
    }
  }

  /// `x Wᵀ`, or `x W` if `transposed`, for `W [outputs, inputs]`.
  private func product(
    _ x: [Double], _ weight: [Double], outputs: Int, inputs: Int, transposed: Bool
  ) -> [Double] {
    let (inner, columns) = transposed ? (outputs, inputs) : (inputs, outputs)
    var y = [Double](repeating: 0, count: x.count / inner * columns)
    for row in 0..<x.count / inner {
      for i in 0..<inner {
        let factor = x[row * inner + i]
        for j in 0..<columns { y[row * columns + j] += factor * weight[transposed ? i * inputs + j : j * inputs + i] }
      }
    }
    return y
  }

  /// `aᵀ b` for matrices of `m` and `n` columns.
  private func outer(_ a: [Double], _ b: [Double], _ m: Int, _ n: Int) -> [Double] {
    var c = [Double](repeating: 0, count: m * n)
    for row in 0..<a.count / m {
      for i in 0..<m { for j in 0..<n { c[i * n + j] += a[row * m + i] * b[row * n + j] } }
    }
    return c
  }

  private func sums(_ a: [Double], _ columns: Int) -> [Double] {
    a.enumerated().reduce(into: [Double](repeating: 0, count: columns)) { $0[$1.offset % columns] += $1.element }
  }
}
