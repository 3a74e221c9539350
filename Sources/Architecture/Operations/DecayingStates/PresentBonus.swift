import Engine

/// What RWKV's present token adds to its own output, head by head, beside the state before it:
///
///     out_t = (Σ_i bonus_i query_t,i key_t,i) value_t        [rows, heads · width]
///
/// All matrices have `Heads.overhang` floats to spare; they are filled from the first position on.
struct PresentBonus {
  let heads: Heads
  private let bonus, gradient: Pointer  // [dim]

  init(_ heads: Heads, _ site: inout KernelSite) {
    self.heads = heads
    bonus = site.scratch(heads.dim + Heads.overhang)
    gradient = site.scratch(heads.dim + Heads.overhang)
  }

  /// Fills `out`.
  func forward(
    _ parameter: ParameterPointers, query: Pointer, key: Pointer, value: Pointer, into out: Pointer, rows: Int
  ) {
    let (heads, bonus) = (heads, bonus)
    bonus.update(from: parameter.value, count: heads.dim)
    for row in 0..<rows {
      for head in 0..<heads.count {
        let channel = head * heads.width
        let at = row * heads.dim + channel
        var products = Vector.zero
        for i in stride(from: 0, to: heads.width, by: vectorWidth) {
          products += (bonus.vector(channel + i) * query.vector(at + i) * key.vector(at + i)).only(heads.lanes(from: i))
        }
        let factor = Vector(repeating: products.laneSum)
        for i in stride(from: 0, to: heads.width, by: vectorWidth) { out.store(factor * value.vector(at + i), at + i) }
      }
    }
  }

  /// Fills the gradients of query, key and value and adds that of the bonus, given `upstream = ∂loss/∂out`.
  func backward(
    _ parameter: ParameterPointers, query: Pointer, key: Pointer, value: Pointer, upstream: Pointer,
    queryGradient: Pointer, keyGradient: Pointer, valueGradient: Pointer, rows: Int
  ) {
    let (heads, bonus, gradient) = (heads, bonus, gradient)
    bonus.update(from: parameter.value, count: heads.dim)
    gradient.update(repeating: 0, count: heads.dim)
    for row in 0..<rows {
      for head in 0..<heads.count {
        let channel = head * heads.width
        let at = row * heads.dim + channel
        var products = Vector.zero
        var overlaps = Vector.zero
        for i in stride(from: 0, to: heads.width, by: vectorWidth) {
          let lanes = heads.lanes(from: i)
          products += (bonus.vector(channel + i) * query.vector(at + i) * key.vector(at + i)).only(lanes)
          overlaps += (value.vector(at + i) * upstream.vector(at + i)).only(lanes)
        }
        let (factor, overlap) = (Vector(repeating: products.laneSum), Vector(repeating: overlaps.laneSum))
        for i in stride(from: 0, to: heads.width, by: vectorWidth) {
          let (b, q, k) = (bonus.vector(channel + i), query.vector(at + i), key.vector(at + i))
          let scaled = overlap * b
          queryGradient.store(scaled * k, at + i)
          keyGradient.store(scaled * q, at + i)
          valueGradient.store(factor * upstream.vector(at + i), at + i)
          let sum = gradient.vector(channel + i) + (overlap * q * k).only(heads.lanes(from: i))
          gradient.store(sum, channel + i)
        }
      }
    }
    for i in 0..<heads.dim { parameter.gradient[i] += gradient[i] }
  }
}
