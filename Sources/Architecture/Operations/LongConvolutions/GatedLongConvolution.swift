import Engine

/// What Hyena computes between its input and its output projection (Poli et al. 2023, arXiv 2302.10866, order 2):
///
///     p = in_proj x                                 [rows, 3 channels / groups]
///     x0, x1, v = short convolution of p repeated   [rows, channels] each, kernel 3; channel c of the three reads
///                                                   column c mod (3 channels / groups) of p
///     u = v ⊙ x1
///     gated = x0 ⊙ (h ∗ u + filter_bias ⊙ u)        h from `ImplicitFilter`, ∗ causal
///
/// All but the projection runs over blocks of sixteen channels and one sequence, in the first-level cache.
struct GatedLongConvolution: Sendable {
  let dim, channels: Int
  /// Rows of the projection: `3 channels / groups`.
  let projected: Int
  let filter: ImplicitFilter

  /// - Throws: `ArchitectureError.unsuitable` if the groups do not divide the channels.
  init(dim: Int, channels: Int, groups: Int, filter: ImplicitFilter, primitive: String) throws {
    (self.dim, self.channels, self.filter) = (dim, channels, filter)
    projected = try Self.projectedRows(channels: channels, groups: groups, primitive: primitive)
  }

  static let groupsOption = Option.integer(
    "proj_groups", default: 4, in: 1...64, "how many times the input projection is repeated over the channels")

  static func projectedRows(channels: Int, groups: Int, primitive: String) throws -> Int {
    guard (3 * channels).isMultiple(of: groups) else {
      throw ArchitectureError.unsuitable(
        primitive: primitive,
        reason: "proj_groups must divide 3 times the inner width, that is \(3 * channels); found \(groups)")
    }
    return 3 * channels / groups
  }

  var parameters: [Parameter] {
    Self.parameters(dim: dim, channels: channels, projected: projected, filter: filter)
  }

  /// Initial values: PyTorch's defaults for linear maps and convolutions, N(0, 1) for the filter's bias as in MAD's code.
  static func parameters(dim: Int, channels: Int, projected: Int, filter: ImplicitFilter) -> [Parameter] {
    [
      .matrix("in_proj.weight", [projected, dim]),
      .vector("in_proj.bias", [projected], .linear(inputs: dim)),
      .vector("conv_weight", [3 * channels, 3], .linear(inputs: 3)),
      .vector("conv_bias", [3 * channels], .linear(inputs: 3)),
      .vector("filter_bias", [filter.channels], .normal(deviation: 1)),
    ] + filter.parameters
  }

  /// FLOPs per token: the projection, the short and the long convolution.
  func flops(time: Int) -> Double {
    Double(2 * dim * projected + 2 * 3 * 3 * channels) + Double(channels) * LongConvolution.flops(time: time)
  }
}

final class GatedLongConvolutionKernel {
  let time: Int
  /// The row stride of `gated`: whole blocks, and an odd number of cache lines so that a column does not fill one set.
  let stride: Int
  private let channels, projected: Int
  private let blocks: Int
  private let filter: ImplicitFilterKernel
  private let long: LongConvolution
  private let projection: LinearMap
  private let convolutionWeight, convolutionBias, filterBias: ParameterPointers
  private let taps, tapGradients: Pointer  // three weights and the bias [blocks, 3 streams, 4, 16], saved
  private let p: Pointer  // the projection, its first columns repeated at the end [rows, strideP], saved
  private let strideP: Int
  private let wrapped: Int  // the columns repeated at the end of p
  private let convolved: Pointer  // h ∗ u [sequences, blocks, length(time), 16], saved
  private let gradientP: Pointer  // [rows, strideP]
  private let u, x0, x1, v, gradient, gradientU: Pointer  // of one block and sequence [length(time), 16]

  init(_ layer: GatedLongConvolution, _ site: inout KernelSite) {
    (channels, projected, time) = (layer.channels, layer.projected, site.time)
    blocks = ChannelBlock.count(channels)
    filter = ImplicitFilterKernel(layer.filter, &site)
    (convolutionWeight, convolutionBias) = (site.parameter("conv_weight"), site.parameter("conv_bias"))
    filterBias = site.parameter("filter_bias")
    stride = oddLines(channels)
    // Blocks that start at a multiple of sixteen never run over the end of p.
    wrapped = projected.isMultiple(of: vectorWidth) && channels.isMultiple(of: vectorWidth) ? 0 : vectorWidth - 1
    strideP = oddLines(projected + wrapped)
    projection = site.linear(
      "in_proj.weight", bias: "in_proj.bias", inputs: layer.dim, outputs: projected,
      y: .positions(stride: strideP))
    taps = site.saved(blocks * Self.tapCount)
    tapGradients = site.saved(blocks * Self.tapCount)
    p = site.saved(site.rows * strideP)
    convolved = site.saved(site.sequences * blocks * filter.blockSize)
    gradientP = site.scratch(site.rows * strideP)
    u = site.scratch(filter.blockSize)
    x0 = site.scratch(filter.blockSize)
    x1 = site.scratch(filter.blockSize)
    v = site.scratch(filter.blockSize)
    gradient = site.scratch(filter.blockSize)
    gradientU = site.scratch(filter.blockSize)
    long = LongConvolution(time: time, &site)
  }

  /// Numbers in the taps of one block: three streams of three weights and a bias.
  private static let tapCount = 3 * 4 * vectorWidth

  func beginStep() {
    filter.beginStep()
    forEachChannel { channel, block, lane in
      // The bias is one more tap of the filter at distance 0.
      filter.values[block * filter.blockSize + lane] += filterBias.value[channel]
      for stream in 0..<3 {
        let source = stream * channels + channel
        let target = taps + block * Self.tapCount + stream * 4 * vectorWidth + lane
        for j in 0..<3 { target[j * vectorWidth] = convolutionWeight.value[source * 3 + j] }
        target[3 * vectorWidth] = convolutionBias.value[source]
      }
    }
    tapGradients.update(repeating: 0, count: blocks * Self.tapCount)
  }

  func endStep() {
    forEachChannel { channel, block, lane in
      filterBias.gradient[channel] += filter.gradient[block * filter.blockSize + lane]
      for stream in 0..<3 {
        let target = stream * channels + channel
        let source = tapGradients + block * Self.tapCount + stream * 4 * vectorWidth + lane
        for j in 0..<3 { convolutionWeight.gradient[target * 3 + j] += source[j * vectorWidth] }
        convolutionBias.gradient[target] += source[3 * vectorWidth]
      }
    }
    filter.endStep()
  }

  private func forEachChannel(_ body: (_ channel: Int, _ block: Int, _ lane: Int) -> Void) {
    for channel in 0..<channels { body(channel, channel / vectorWidth, channel % vectorWidth) }
  }

  /// Fills `gated [rows, stride]`, zeros beyond the channels.
  func forward(_ x: UnsafePointer<Float>, into gated: Pointer, sequences: Int) {
    let rows = sequences * time
    projection.forward(x, into: p, rows: rows)
    if wrapped > 0 {
      for row in 0..<rows {
        let line = p + row * strideP
        for column in 0..<wrapped { line[projected + column] = line[column % projected] }
      }
    }
    for sequence in 0..<sequences {
      for block in 0..<blocks { forwardBlock(sequence, block, gated) }
    }
  }

  /// `dx += …` and the parameters' gradients, given `gatedGradient [rows, stride]`; fills `gated` once more.
  func backward(
    _ x: UnsafePointer<Float>, _ gatedGradient: Pointer, gated: Pointer, into dx: Pointer, sequences: Int
  ) {
    let rows = sequences * time
    gradientP.update(repeating: 0, count: rows * strideP)
    for row in 0..<rows {
      for column in channels..<blocks * vectorWidth { gatedGradient[row * stride + column] = 0 }
    }
    for sequence in 0..<sequences {
      for block in 0..<blocks { backwardBlock(sequence, block, gatedGradient, gated) }
    }
    if wrapped > 0 {
      for row in 0..<rows {
        let line = gradientP + row * strideP
        for column in 0..<wrapped { line[column % projected] += line[projected + column] }
      }
    }
    projection.backward(gradientP, x, addingTo: dx, rows: rows)
  }

  /// The column of p that the first channel of a block reads.
  private func column(_ stream: Int, _ block: Int) -> Int { (stream * channels + block * vectorWidth) % projected }

  private func forwardBlock(_ sequence: Int, _ block: Int, _ gated: Pointer) {
    let (time, stride, strideP, u, x0) = (time, stride, strideP, u, x0)
    let blockTaps = taps + block * Self.tapCount
    let p = p + sequence * time * strideP
    let (p0, p1, p2) = (p + column(0, block), p + column(1, block), p + column(2, block))
    var (short0, short1, short2) = (
      ShortTaps(blockTaps), ShortTaps(blockTaps + 4 * vectorWidth), ShortTaps(blockTaps + 8 * vectorWidth)
    )
    for t in 0..<time {
      x0.store(short0.next(p0.vector(t * strideP)), t * vectorWidth)
      u.store(short1.next(p1.vector(t * strideP)) * short2.next(p2.vector(t * strideP)), t * vectorWidth)
    }
    clearEnd(u)
    let convolved = convolved + (sequence * blocks + block) * filter.blockSize
    let target = gated + sequence * time * stride + block * vectorWidth
    long.forward(filter.values + block * filter.blockSize, u, into: convolved)
    for t in 0..<time { target.store(x0.vector(t * vectorWidth) * convolved.vector(t * vectorWidth), t * stride) }
  }

  private func backwardBlock(_ sequence: Int, _ block: Int, _ gatedGradient: Pointer, _ gated: Pointer) {
    let (time, stride, strideP, u, x0, x1, v, gradient) = (time, stride, strideP, u, x0, x1, v, gradient)
    let blockTaps = taps + block * Self.tapCount
    let start = sequence * time
    let p = p + start * strideP
    let (p0, p1, p2) = (p + column(0, block), p + column(1, block), p + column(2, block))
    let convolved = convolved + (sequence * blocks + block) * filter.blockSize
    let upstream = gatedGradient + start * stride + block * vectorWidth
    let target = gated + start * stride + block * vectorWidth
    var (short0, short1, short2) = (
      ShortTaps(blockTaps), ShortTaps(blockTaps + 4 * vectorWidth), ShortTaps(blockTaps + 8 * vectorWidth)
    )
    // x0 becomes ∂/∂x0 and `gradient` ∂/∂(h ∗ u).
    for t in 0..<time {
      let (a0, a1, a2) = (
        short0.next(p0.vector(t * strideP)), short1.next(p1.vector(t * strideP)), short2.next(p2.vector(t * strideP))
      )
      let (dy, y) = (upstream.vector(t * stride), convolved.vector(t * vectorWidth))
      target.store(a0 * y, t * stride)
      x0.store(dy * y, t * vectorWidth)
      gradient.store(dy * a0, t * vectorWidth)
      x1.store(a1, t * vectorWidth)
      v.store(a2, t * vectorWidth)
      u.store(a1 * a2, t * vectorWidth)
    }
    clearEnd(u)
    clearEnd(gradient)
    long.backward(
      filter.values + block * filter.blockSize, u, gradient, into: gradientU,
      filterGradient: filter.gradient + block * filter.blockSize)
    // x1 and v become ∂/∂x1 and ∂/∂v.
    for t in 0..<time {
      let (du, a1, a2) = (gradientU.vector(t * vectorWidth), x1.vector(t * vectorWidth), v.vector(t * vectorWidth))
      x1.store(du * a2, t * vectorWidth)
      v.store(du * a1, t * vectorWidth)
    }
    let gradientP = gradientP + start * strideP
    for (stream, local) in [x0, x1, v].enumerated() {
      let offset = stream * 4 * vectorWidth
      ShortTaps(blockTaps + offset).backward(
        local, p + column(stream, block), into: gradientP + column(stream, block), stride: strideP, time: time,
        gradient: tapGradients + block * Self.tapCount + offset)
    }
  }

  /// Zeros the positions of a signal beyond its end.
  private func clearEnd(_ signal: Pointer) {
    for i in time * vectorWidth..<filter.blockSize { signal[i] = 0 }
  }
}

/// A causal convolution of three taps on sixteen channels, step by step.
private struct ShortTaps {
  private let w0, w1, w2, bias: Vector
  private var before1 = Vector.zero
  private var before2 = Vector.zero

  /// `taps [4, 16]`: the weights of t − 2, t − 1 and t, and the bias.
  @inline(__always)
  init(_ taps: Pointer) {
    (w0, w1, w2, bias) = (taps.vector(0), taps.vector(16), taps.vector(32), taps.vector(48))
  }

  /// The output at the next position, given the input there.
  @inline(__always)
  mutating func next(_ x: Vector) -> Vector {
    let y = bias.addingProduct(w0, before2).addingProduct(w1, before1).addingProduct(w2, x)
    (before2, before1) = (before1, x)
    return y
  }

  /// `dx[t] += …` in rows of `stride` and `gradient [4, 16] += …`, given `dy [time, 16]`.
  @inline(__always)
  func backward(_ dy: Pointer, _ x: Pointer, into dx: Pointer, stride: Int, time: Int, gradient: Pointer) {
    var (g0, g1, g2, gradientBias) = (gradient.vector(0), gradient.vector(16), gradient.vector(32), gradient.vector(48))
    var (after1, after2) = (Vector.zero, Vector.zero)
    for t in Swift.stride(from: time - 1, through: 0, by: -1) {
      let (here, input) = (dy.vector(t * vectorWidth), x.vector(t * stride))
      dx.store(
        dx.vector(t * stride).addingProduct(w2, here).addingProduct(w1, after1).addingProduct(w0, after2), t * stride)
      g2 = g2.addingProduct(here, input)
      g1 = g1.addingProduct(after1, input)
      g0 = g0.addingProduct(after2, input)
      gradientBias += here
      (after2, after1) = (after1, here)
    }
    gradient.store(g0, 0)
    gradient.store(g1, 16)
    gradient.store(g2, 32)
    gradient.store(gradientBias, 48)
  }
}

/// `count` floats rounded up to an odd number of 64-byte lines.
private func oddLines(_ count: Int) -> Int { aligned(count) | vectorWidth }
