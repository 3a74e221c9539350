import Engine

/// The normaliser of linear attention, head by head: `n_t = query_t · Σ_{s ≤ t} key_s + ε` divides the sum over values.
///
/// It keeps the running sum `z [width]` of the keys, so a token costs two operations per channel.
struct Normalizer {
  let heads: Heads
  let epsilon: Float

  /// `out /= n`; `inverse [rows, heads] = 1/n`.
  func forward(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, out: Pointer, inverse: Pointer, sequences: Int
  ) {
    let (width, stride) = (heads.width, heads.dim)
    for sequence in 0..<sequences {
      for head in 0..<heads.count {
        let base = sequence * heads.time * stride + head * width
        let sums = inverse + sequence * heads.time * heads.count + head
        for column in Swift.stride(from: 0, to: width, by: vectorWidth) {
          let lanes = heads.lanes(from: column)
          var z = Vector.zero
          for t in 0..<heads.time {
            let at = base + t * stride + column
            z += key.vector(at).only(lanes)
            let product = (query.vector(at).only(lanes) * z).total
            sums[t * heads.count] = column == 0 ? product + epsilon : sums[t * heads.count] + product
          }
        }
        for t in 0..<heads.time {
          let factor = 1 / sums[t * heads.count]
          sums[t * heads.count] = factor
          scale(out + base + t * stride, by: factor)
        }
      }
    }
  }

  /// Turns `upstream = ∂/∂out [rows, dim]` into the gradient of the sum over values, and fills `shares [rows, heads]`
  /// with the normaliser's. `out` and `inverse` are what `forward` left.
  func divide(
    _ upstream: Pointer, out: UnsafePointer<Float>, inverse: UnsafePointer<Float>, shares: Pointer, sequences: Int
  ) {
    let width = heads.width
    for index in 0..<sequences * heads.time * heads.count {
      let at = index * width
      var product = Vector.zero
      for column in stride(from: 0, to: width, by: vectorWidth) {
        let values = (upstream.vector(at + column) * out.vector(at + column)).only(heads.lanes(from: column))
        product += values
      }
      shares[index] = -inverse[index] * product.total
      scale(upstream + at, by: inverse[index])
    }
  }

  /// Adds the gradient that comes through the normaliser to those of `query` and `key`.
  func backward(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, shares: UnsafePointer<Float>, queryGradient: Pointer,
    keyGradient: Pointer, sequences: Int
  ) {
    let (width, stride) = (heads.width, heads.dim)
    for sequence in 0..<sequences {
      for head in 0..<heads.count {
        let base = sequence * heads.time * stride + head * width
        let shares = shares + sequence * heads.time * heads.count + head
        for column in Swift.stride(from: 0, to: width, by: vectorWidth) {
          let lanes = heads.lanes(from: column)
          var sum = Vector.zero
          for t in 0..<heads.time {
            let at = base + t * stride + column
            sum += key.vector(at).only(lanes)
            let share = Vector(repeating: shares[t * heads.count])
            queryGradient.store(queryGradient.vector(at).addingProduct(share, sum), at)
          }
          sum = .zero
          for t in (0..<heads.time).reversed() {
            let at = base + t * stride + column
            let share = Vector(repeating: shares[t * heads.count])
            sum = sum.addingProduct(share, query.vector(at).only(lanes))
            keyGradient.store(keyGradient.vector(at) + sum, at)
          }
        }
      }
    }
  }

  @inline(__always)
  private func scale(_ channels: Pointer, by factor: Float) {
    for column in Swift.stride(from: 0, to: heads.width, by: vectorWidth) {
      channels.store(channels.vector(column) * Vector(repeating: factor), column, first: heads.laneCount(from: column))
    }
  }
}
