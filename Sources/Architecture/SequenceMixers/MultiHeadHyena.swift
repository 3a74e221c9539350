import Engine

/// Multi-head Hyena (Massaroli et al. 2023, arXiv 2310.18780): heads of a few channels, whose outer products of keys and
/// values are convolved with one filter per head and read by the queries. With `hb[n] = h[n]`, and at 0 the filter's bias
/// added, per head of head_dim channels:
///
///     p = in_proj x                               [3 dim / proj_groups, time]
///     q, v, k = short convolution of p repeated   [dim, time] each, kernel 3
///     o_t = Σ_{s≤t} hb[t−s] (q_t · k_s) v_s       see `ToeplitzAttention`
///     y = out_proj o
struct MultiHeadHyena: Primitive {
  static let specification = PrimitiveSpecification(
    name: "mh-hyena", family: .convolution, summary: "multi-head Hyena: scores weighted by an implicit filter",
    source: "arXiv 2310.18780",
    options: [headDimOption, GatedLongConvolution.groupsOption, orderOption, ImplicitFilter.trainZOption])

  private static let headDimOption = Option.integer(
    "head_dim", aliases: ["num_heads"], default: 8, in: 1...1024,
    "channels of a head (published configurations call this num_heads)")
  private static let orderOption = ImplicitFilter.orderOption(default: 2)

  let dim, headDim: Int
  /// Rows of the input projection.
  let projected: Int
  let filter: ImplicitFilter

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    headDim = options[Self.headDimOption]
    guard dim.isMultiple(of: headDim) else {
      throw Self.unsuitable("head_dim must divide the width of \(dim), found \(headDim)")
    }
    filter = ImplicitFilter(options, order: Self.orderOption, channels: dim / headDim, in: context)
    projected = try GatedLongConvolution.projectedRows(
      channels: dim, groups: options[GatedLongConvolution.groupsOption], primitive: Self.specification.name)
  }

  /// Initial values of the output projection: PyTorch's default for linear maps.
  var parameters: [Parameter] {
    GatedLongConvolution.parameters(dim: dim, channels: dim, projected: projected, filter: filter) + [
      .matrix("out_proj.weight", [dim, dim]),
      .vector("out_proj.bias", [dim], .linear(inputs: dim)),
    ]
  }

  /// Per causal pair of positions, on average (time + 1) / 2 per token, a score and a weighted value: 4 per channel. The
  /// network that makes the filters runs once per step, not per token, and is left out.
  func costs(time: Int) -> Costs {
    Costs(
      forwardFLOPs: Double(2 * dim * projected + 2 * 3 * 3 * dim + 2 * dim * dim) + 2 * Double(dim) * Double(time + 1),
      state: dim * headDim * filter.order, cache: 2 * dim * time)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { MultiHeadHyenaKernel(self, &site) }
}

/// Works sequence by sequence on matrices `[channels, stride]` with time in the rows: the matrix products transpose.
private final class MultiHeadHyenaKernel: Kernel {
  let dim, projected, heads, time, stride: Int
  let filter: ImplicitFilterKernel
  let attention: ToeplitzAttention
  let inProjection, outProjection: LinearMap
  let inBias, taps, tapBias, filterBias: ParameterPointers
  let p: Pointer  // 16 zeros, then the projection [projected, stride], zero beyond time; per sequence, saved
  let o: Pointer  // [dim, stride]; per sequence, saved
  let streams: Pointer  // q, v, k [3 dim, stride]
  let streamGradients: Pointer  // [3 dim, stride]
  let gradientO: Pointer  // [dim, stride]
  let gradientP: Pointer  // [projected, stride]

  init(_ primitive: MultiHeadHyena, _ site: inout KernelSite) {
    (dim, projected, time) = (primitive.dim, primitive.projected, site.time)
    heads = dim / primitive.headDim
    filter = ImplicitFilterKernel(primitive.filter, &site)
    attention = ToeplitzAttention(heads: heads, headDim: primitive.headDim, &site)
    stride = attention.stride
    inProjection = site.linear("in_proj.weight", inputs: dim, outputs: projected, y: .channels(stride: stride))
    outProjection = site.linear(
      "out_proj.weight", bias: "out_proj.bias", inputs: dim, outputs: dim, x: .channels(stride: stride))
    inBias = site.parameter("in_proj.bias")
    (taps, tapBias) = (site.parameter("conv_weight"), site.parameter("conv_bias"))
    filterBias = site.parameter("filter_bias")
    p = site.saved(site.sequences * (vectorWidth + projected * stride))
    o = site.saved(site.sequences * dim * stride)
    streams = site.scratch(3 * dim * stride)
    streamGradients = site.scratch(3 * dim * stride)
    gradientO = site.scratch(dim * stride)
    gradientP = site.scratch(projected * stride)
  }

  func beginStep() {
    filter.beginStep()
    for head in 0..<heads {
      filter.values[head / vectorWidth * filter.blockSize + head % vectorWidth] += filterBias.value[head]
    }
    attention.beginStep(filter.values, blockSize: filter.blockSize)
  }

  func endStep() {
    attention.endStep(into: filter.gradient, blockSize: filter.blockSize)
    for head in 0..<heads {
      filterBias.gradient[head] += filter.gradient[head / vectorWidth * filter.blockSize + head % vectorWidth]
    }
    filter.endStep()
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    for sequence in 0..<sequences {
      let start = sequence * time * dim
      let (p, o) = (projection(sequence), o + sequence * dim * stride)
      inProjection.forward(x + start, into: p, rows: time)
      for row in 0..<projected {
        let (line, bias) = (p + row * stride, inBias.value[row])
        for t in 0..<time { line[t] += bias }
      }
      shortConvolution(p)
      attention.forward(streams, streams + 2 * dim * stride, streams + dim * stride, into: o)
      outProjection.forward(o, into: y + start, rows: time, adding: true)
    }
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let section = dim * stride
    for sequence in 0..<sequences {
      let start = sequence * time * dim
      let (p, o) = (projection(sequence), o + sequence * section)
      outProjection.backwardWeight(dy + start, o, rows: time)
      outProjection.backwardInput(dy + start, into: gradientO, rows: time)
      clearEnds(gradientO, rows: dim, from: time)
      shortConvolution(p)
      clearEnds(streamGradients, rows: 3 * dim, from: stride - vectorWidth)
      attention.backward(
        streams, streams + 2 * section, streams + section, gradientO, dq: streamGradients,
        dk: streamGradients + 2 * section, dv: streamGradients + section)
      shortConvolutionBackward(p)
      inProjection.backward(gradientP, x + start, addingTo: dx + start, rows: time)
    }
  }

  private func projection(_ sequence: Int) -> Pointer {
    p + sequence * (vectorWidth + projected * stride) + vectorWidth
  }

  private func clearEnds(_ matrix: Pointer, rows: Int, from first: Int) {
    for row in 0..<rows { for t in first..<stride { matrix[row * stride + t] = 0 } }
  }

  /// `streams[c, t] = tapBias[c] + Σ_j taps[c, j] p[c mod projected, t − 2 + j]`. Ahead of each row there are zeros: the
  /// end of the row before.
  private func shortConvolution(_ p: Pointer) {
    let stride = stride
    for channel in 0..<3 * dim {
      let (source, target) = (p + channel % projected * stride, streams + channel * stride)
      let w = taps.value + 3 * channel
      let (w0, w1, w2) = (Vector(repeating: w[0]), Vector(repeating: w[1]), Vector(repeating: w[2]))
      let bias = Vector(repeating: tapBias.value[channel])
      for t in Swift.stride(from: 0, to: stride - vectorWidth, by: vectorWidth) {
        target.store(
          bias.addingProduct(w0, source.vector(t - 2)).addingProduct(w1, source.vector(t - 1))
            .addingProduct(w2, source.vector(t)), t)
      }
    }
  }

  /// `gradientP = …` and the gradients of taps and biases `+=`. Behind each row of the gradients there are zeros.
  private func shortConvolutionBackward(_ p: Pointer) {
    let (stride, end) = (stride, stride - vectorWidth)
    for row in 0..<projected {
      let (input, target) = (p + row * stride, gradientP + row * stride)
      var total = Vector.zero
      for channel in Swift.stride(from: row, to: 3 * dim, by: projected) {
        let source = streamGradients + channel * stride
        let w = taps.value + 3 * channel
        let (w0, w1, w2) = (Vector(repeating: w[0]), Vector(repeating: w[1]), Vector(repeating: w[2]))
        var (g0, g1, g2, bias) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        for t in Swift.stride(from: 0, to: end, by: vectorWidth) {
          let here = source.vector(t)
          let sum = (channel == row ? Vector.zero : target.vector(t)).addingProduct(w2, here)
            .addingProduct(w1, source.vector(t + 1)).addingProduct(w0, source.vector(t + 2))
          target.store(sum, t)
          g0 = g0.addingProduct(here, input.vector(t - 2))
          g1 = g1.addingProduct(here, input.vector(t - 1))
          g2 = g2.addingProduct(here, input.vector(t))
          bias += here
        }
        let gradient = taps.gradient + 3 * channel
        gradient[0] += g0.sum()
        gradient[1] += g1.sum()
        gradient[2] += g2.sum()
        tapBias.gradient[channel] += bias.sum()
      }
      for t in Swift.stride(from: 0, to: end, by: vectorWidth) { total += target.vector(t) }
      inBias.gradient[row] += total.sum()
    }
  }
}
