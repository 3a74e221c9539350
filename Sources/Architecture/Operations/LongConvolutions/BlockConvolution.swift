import Engine

/// The sums of `LongConvolution` for long sequences, in blocks of 64 steps (partitioned convolution, Stockham 1966):
///
///     U_j = transform of (u_j, 0)              u_j: the j-th block of u
///     G_d = transform of (h_{d−1}, h_d)        the filter at the distances between blocks j and j + d
///     y_i = second half of the inverse transform of Σ_{j≤i} U_j G_{i−j}
///
/// and with D_i = transform of (0, dy_i), du_j is the first half of the inverse of Σ_{i≥j} conj(G_{i−j}) D_i, and
/// (dh_{d−1}, dh_d) += the inverse of Σ_j conj(U_j) D_{j+d}. Nothing wraps around into the halves that are used.
///
/// Of the length squared, only one 64th is multiplied out, so that the transforms stay in the first-level cache.
struct BlockConvolution {
  private let blocks: Int
  /// Floats from one block's spectrum to the next, a little more than a spectrum: equal frequencies of several blocks
  /// must not fall on the same lines of the cache.
  private let stride = ChannelTransform.count + 2 * vectorWidth
  private let signal, filter, upstream, filterGradient: Pointer  // U, G, D and ∂/∂G [blocks, stride]

  /// Forward FLOPs per position and channel: two transforms and blocks · (blocks + 1) / 2 products of spectra.
  static func flops(length: Int) -> Double {
    let blocks = Double(length / ChannelTransform.size)
    let products = 8 * Double(ChannelTransform.size) * blocks * (blocks + 1) / 2
    return (2 * blocks * ChannelTransform.flops + products) / Double(length)
  }

  init(length: Int, _ site: inout KernelSite) {
    blocks = length / ChannelTransform.size
    signal = site.scratch(blocks * stride)
    filter = site.scratch(blocks * stride)
    upstream = site.scratch(blocks * stride)
    filterGradient = site.scratch(blocks * stride)
  }

  func forward(_ h: Pointer, _ u: Pointer, into y: Pointer) {
    transformFilter(h)
    for j in 0..<blocks { ChannelTransform.forward(low: block(u, j), into: signal + j * stride) }
    // From the last block on, the result may take the place of the input.
    for frequency in 0..<ChannelTransform.size {
      for i in Swift.stride(from: blocks - 1, through: 0, by: -1) {
        let sum = products(signal, filter + i * stride, step: -stride, frequency, count: i + 1)
        ComplexVector(sum.rr - sum.ii, sum.ri + sum.ir).store(signal + i * stride, frequency)
      }
    }
    for i in 0..<blocks { ChannelTransform.inverse(signal + i * stride, low: nil, high: block(y, i)) }
  }

  /// `du = …` and `dh += …`.
  func backward(_ h: Pointer, _ u: Pointer, _ dy: Pointer, into du: Pointer, filterGradient dh: Pointer) {
    transformFilter(h)
    for j in 0..<blocks {
      ChannelTransform.forward(low: block(u, j), into: signal + j * stride)
      ChannelTransform.forward(high: block(dy, j), into: upstream + j * stride)
    }
    for frequency in 0..<ChannelTransform.size {
      for d in 0..<blocks {
        let sum = products(signal, upstream + d * stride, step: stride, frequency, count: blocks - d)
        ComplexVector(sum.rr + sum.ii, sum.ri - sum.ir).store(filterGradient + d * stride, frequency)
      }
      // From the first block on, the result may take the place of the input.
      for j in 0..<blocks {
        let sum = products(filter, upstream + j * stride, step: stride, frequency, count: blocks - j)
        ComplexVector(sum.rr + sum.ii, sum.ri - sum.ir).store(upstream + j * stride, frequency)
      }
    }
    for j in 0..<blocks { ChannelTransform.inverse(upstream + j * stride, low: block(du, j), high: nil) }
    ChannelTransform.inverse(filterGradient, low: nil, high: dh, adds: true)
    for d in 1..<blocks {
      ChannelTransform.inverse(filterGradient + d * stride, low: block(dh, d - 1), high: block(dh, d), adds: true)
    }
  }

  private func transformFilter(_ h: Pointer) {
    ChannelTransform.forward(high: h, into: filter)
    for d in 1..<blocks { ChannelTransform.forward(block(h, d - 1), block(h, d), into: filter + d * stride) }
  }

  private func block(_ values: Pointer, _ index: Int) -> Pointer {
    values + index * ChannelTransform.size * vectorWidth
  }

  /// The four real products of `Σ a_j b_j`, with b's blocks `step` apart, at one frequency.
  @inline(__always)
  private func products(_ a: Pointer, _ b: Pointer, step: Int, _ frequency: Int, count: Int) -> (
    rr: Vector, ii: Vector, ri: Vector, ir: Vector
  ) {
    let stride = stride
    var (rr, ii, ri, ir) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (a, b) = (a, b)
    for _ in 0..<count {
      let (x, z) = (ComplexVector(a, frequency), ComplexVector(b, frequency))
      rr = rr.addingProduct(x.re, z.re)
      ii = ii.addingProduct(x.im, z.im)
      ri = ri.addingProduct(x.re, z.im)
      ir = ir.addingProduct(x.im, z.re)
      a += stride
      b += step
    }
    return (rr, ii, ri, ir)
  }
}
