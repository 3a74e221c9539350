import Engine

/// Causal softmax attention (Vaswani et al. 2017, arXiv 1706.03762) with rotary embedding (arXiv 2104.09864), optionally
/// with keys and values shared by groups of heads (Ainslie et al. 2023, arXiv 2305.13245) and a sliding window:
///
///     q, k, v = W x + b                                       [rows, heads · d], twice [rows, kv_heads · d]
///     p[t, s] = softmax_s(rotary(q_t)·rotary(k_s) / √d)       t − window ≤ s ≤ t
///     y_t = W_out concat_heads(Σ_s p[t, s] v_s) + b_out       [rows, dim]
///
/// with d = dim / heads; query head h uses key/value head ⌊h · kv_heads / heads⌋.
struct Attention: Primitive {
  static let specification = PrimitiveSpecification(
    name: "attention",
    aliases: [
      .init("mh-attention"), .init("sliding-attention", [("window", .integer(16))]),
      .init("mh-sliding-attention", [("window", .integer(16))]),
    ],
    family: .attention, summary: "causal softmax attention with rotary embedding", source: "arXiv 1706.03762",
    options: [headOptions.heads, headOptions.headDim, keyValueHeadsOption, windowOption])

  private static let headOptions = HeadOptions(.heads(16), aliases: ["n_heads", "num_heads"], "query heads")
  private static let keyValueHeadsOption = Option.integer(
    "kv_heads", in: 1...1024, "key/value heads, which must divide the heads; as many unless given")
  private static let windowOption = Option.integer(
    "window", in: 1...1_048_576, "how far back keys are visible; the whole past unless given")

  let dim, heads, keyValueHeads, headDim: Int
  let window: Int?

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    (heads, headDim) = try Self.headOptions.split(dim, options, of: Self.self)
    keyValueHeads = options[Self.keyValueHeadsOption] ?? heads
    window = options[Self.windowOption]
    guard headDim.isMultiple(of: 2) else {
      throw Self.unsuitable(
        "the rotary embedding needs an even number of channels per head; \(heads) heads at width \(dim) have \(headDim)"
      )
    }
    guard heads.isMultiple(of: keyValueHeads) else {
      throw Self.unsuitable("kv_heads must divide heads, which are \(heads), found \(keyValueHeads)")
    }
  }

  static func simplify(_ options: inout OptionValues) {
    if options["kv_heads"] == options["heads"] { options.drop(keyValueHeadsOption) }
  }

  /// The channels of queries, keys and values together.
  var projected: Int { (heads + 2 * keyValueHeads) * headDim }

  /// Initial values: PyTorch's default for linear maps.
  var parameters: [Parameter] {
    [
      .matrix("Wqkv.weight", [projected, dim]),
      .vector("Wqkv.bias", [projected], .linear(inputs: dim)),
      .matrix("out_proj.weight", [dim, dim]),
      .vector("out_proj.bias", [dim], .linear(inputs: dim)),
    ]
  }

  func costs(time: Int) -> Costs {
    let span = min(time, (window ?? time) + 1)  // the most keys that a query sees
    let visible = Double(span) - Double(span) * Double(span - 1) / 2 / Double(time)  // mean over the queries
    let projections = 2 * Double(dim) * Double(projected + dim)
    return Costs(
      forwardFLOPs: projections + 4 * Double(dim) * visible, state: 2 * span * keyValueHeads * headDim)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { AttentionKernel(self, &site) }
}

/// Works on channel-major matrices `[channels, rows]`, which the products before and after make and take as they are:
/// sixteen positions of one channel are one vector.
private final class AttentionKernel: Kernel {
  let dim, heads, keyValueHeads, headDim, projected, time: Int
  let stride: Int  // from one channel to the next: the positions of the largest micro-batch
  let group: Int  // query heads per key/value head
  let inProjection, outProjection: LinearMap
  let inputBias: ParameterPointers
  let rotary: RotaryEmbedding
  let core: AttentionCore
  let qkv: Pointer  // projections without bias, and in the end their gradients [projected, rows], saved
  let o: Pointer  // outputs of all heads [dim, rows], saved
  let negativeLogSumExp: Pointer  // [sequences, heads, blocks · 16], saved
  let outputGradient: Pointer  // of o [dim, rows]
  let queries, queryGradients, upstream: Pointer  // strips of the heads of a group
  let negativeDelta: Pointer  // [group, blocks · 16]
  let key, value, keyGradient, valueGradient: Pointer  // strips

  init(_ primitive: Attention, _ site: inout KernelSite) {
    (dim, heads, keyValueHeads) = (primitive.dim, primitive.heads, primitive.keyValueHeads)
    (headDim, projected, time) = (primitive.headDim, primitive.projected, site.time)
    group = heads / keyValueHeads
    stride = site.rows
    inProjection = site.linear("Wqkv.weight", inputs: dim, outputs: projected, y: .channels(stride: stride))
    outProjection = site.linear(
      "out_proj.weight", bias: "out_proj.bias", inputs: dim, outputs: dim, x: .channels(stride: stride))
    inputBias = site.parameter("Wqkv.bias")
    rotary = RotaryEmbedding(dim: headDim, time: time, &site)
    core = AttentionCore(headDim: headDim, time: time, window: primitive.window, &site)
    qkv = site.saved(projected * site.rows)
    o = site.saved(dim * site.rows)
    negativeLogSumExp = site.saved(site.sequences * heads * aligned(time))
    outputGradient = site.scratch(dim * site.rows)
    queries = site.scratch(group * core.stripCount)
    queryGradients = site.scratch(group * core.stripCount)
    upstream = site.scratch(group * core.stripCount)
    negativeDelta = site.scratch(group * aligned(time))
    (key, value) = (site.scratch(core.stripCount), site.scratch(core.stripCount))
    (keyGradient, valueGradient) = (site.scratch(core.stripCount), site.scratch(core.stripCount))
  }

  func beginStep() { rotary.prepare() }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    inProjection.forward(x, into: qkv, rows: rows)
    forEachGroup(rows) { sequence, first, keyValue in
      loadKeyAndValue(keyValue, sequence)
      for head in first..<first + group {
        loadRotated(head * headDim, sequence, scale: core.queryScale, into: queries)
        let outputs = o + head * headDim * stride + sequence * time
        core.forward(
          q: queries, k: key, v: value,
          negativeLogSumExp: negativeLogSumExp + (sequence * heads + head) * aligned(time)
        ) { block, result in
          let t = block * vectorWidth
          for c in 0..<headDim {
            store(result.vector(c * vectorWidth), outputs + c * stride + t, lanes: time - t)
          }
        }
      }
    }
    outProjection.forward(o, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    outProjection.backwardWeight(dy, o, rows: rows)
    outProjection.backwardInput(dy, into: outputGradient, rows: rows)
    forEachGroup(rows) { sequence, first, keyValue in
      loadKeyAndValue(keyValue, sequence)
      for member in 0..<group {
        let head = first + member
        let strip = member * core.stripCount
        loadRotated(head * headDim, sequence, scale: core.queryScale, into: queries + strip)
        loadUpstream(
          head * headDim * stride + sequence * time, into: upstream + strip,
          negativeDelta: negativeDelta + member * aligned(time))
      }
      queryGradients.update(repeating: 0, count: group * core.stripCount)
      keyGradient.update(repeating: 0, count: core.stripCount)
      valueGradient.update(repeating: 0, count: core.stripCount)
      for member in 0..<group {
        let strip = member * core.stripCount
        core.backward(
          q: queries + strip, k: key, v: value, dO: upstream + strip,
          negativeLogSumExp: negativeLogSumExp + (sequence * heads + first + member) * aligned(time),
          negativeDelta: negativeDelta + member * aligned(time), dq: queryGradients + strip, dk: keyGradient,
          dv: valueGradient)
        storeRotatedBack(
          queryGradients + strip, (first + member) * headDim, sequence, scale: core.queryGradientScale)
      }
      storeRotatedBack(keyGradient, (heads + keyValue) * headDim, sequence, scale: core.keyGradientScale)
      storeStrip(valueGradient, (heads + keyValueHeads + keyValue) * headDim, sequence)
    }
    for channel in 0..<projected { inputBias.gradient[channel] += Reduce.sum(qkv + channel * stride, count: rows) }
    inProjection.backward(qkv, x, addingTo: dx, rows: rows)
  }

  /// Runs `body` for every sequence and key/value head, with the first of the query heads that use it.
  @inline(__always)
  private func forEachGroup(_ rows: Int, _ body: (_ sequence: Int, _ first: Int, _ keyValue: Int) -> Void) {
    for sequence in 0..<rows / time {
      for keyValue in 0..<keyValueHeads { body(sequence, keyValue * group, keyValue) }
    }
  }

  /// Fills `key` and `value`.
  private func loadKeyAndValue(_ head: Int, _ sequence: Int) {
    loadRotated((heads + head) * headDim, sequence, scale: 1, into: key)
    let channel = (heads + keyValueHeads + head) * headDim
    for c in 0..<headDim {
      let (source, bias) = (qkv + (channel + c) * stride + sequence * time, inputBias.value[channel + c])
      for block in 0..<core.blocks {
        let t = block * vectorWidth
        value.store(load(source + t, lanes: time - t, adding: bias), (block * headDim + c) * vectorWidth)
      }
    }
  }

  /// Fills a strip with the rotated channels `channel ..< channel + headDim` of one sequence.
  private func loadRotated(_ channel: Int, _ sequence: Int, scale: Float, into strip: Pointer) {
    let (half, headDim, time) = (headDim / 2, headDim, time)
    for pair in 0..<half {
      let a = qkv + (channel + pair) * stride + sequence * time
      let b = a + half * stride
      let (biasA, biasB) = (inputBias.value[channel + pair], inputBias.value[channel + pair + half])
      for block in 0..<core.blocks {
        let t = block * vectorWidth
        let turned = rotary.rotate(
          load(a + t, lanes: time - t, adding: biasA), load(b + t, lanes: time - t, adding: biasB), pair: pair, at: t)
        let target = strip + (block * headDim + pair) * vectorWidth
        target.store(turned.0 * scale)
        target.store(turned.1 * scale, half * vectorWidth)
      }
    }
  }

  /// Fills a strip with the gradient of one head's output in one sequence, and −Σ_c of its product with the output.
  private func loadUpstream(_ offset: Int, into strip: Pointer, negativeDelta: Pointer) {
    for block in 0..<core.blocks {
      let t = block * vectorWidth
      var delta = Vector.zero
      for c in 0..<headDim {
        let place = offset + c * stride + t
        let gradient = load(outputGradient + place, lanes: time - t, adding: 0)
        strip.store(gradient, (block * headDim + c) * vectorWidth)
        delta = delta.addingProduct(gradient, load(o + place, lanes: time - t, adding: 0))
      }
      negativeDelta.store(-delta, t)
    }
  }

  /// Writes the gradient of rotated channels, a strip, as that of the channels before rotation, to `qkv`.
  private func storeRotatedBack(
    _ strip: UnsafePointer<Float>, _ channel: Int, _ sequence: Int, scale: Float
  ) {
    let (half, headDim, time) = (headDim / 2, headDim, time)
    for pair in 0..<half {
      let a = qkv + (channel + pair) * stride + sequence * time
      for block in 0..<core.blocks {
        let t = block * vectorWidth
        let source = strip + (block * headDim + pair) * vectorWidth
        let turned = rotary.rotateBack(source.vector(), source.vector(half * vectorWidth), pair: pair, at: t)
        store(turned.0 * scale, a + t, lanes: time - t)
        store(turned.1 * scale, a + half * stride + t, lanes: time - t)
      }
    }
  }

  /// Writes a strip to `qkv`.
  private func storeStrip(_ strip: UnsafePointer<Float>, _ channel: Int, _ sequence: Int) {
    for c in 0..<headDim {
      let target = qkv + (channel + c) * stride + sequence * time
      for block in 0..<core.blocks {
        let t = block * vectorWidth
        store(strip.vector((block * headDim + c) * vectorWidth), target + t, lanes: time - t)
      }
    }
  }

  /// Up to sixteen values plus `bias`, zeros in the lanes beyond.
  @inline(__always)
  private func load(_ source: UnsafePointer<Float>, lanes: Int, adding bias: Float) -> Vector {
    if lanes >= vectorWidth { return source.vector() + bias }
    var values = Vector.zero
    for lane in 0..<lanes { values[lane] = source[lane] + bias }
    return values
  }

  @inline(__always)
  private func store(_ values: Vector, _ target: Pointer, lanes: Int) {
    if lanes >= vectorWidth { return target.store(values) }
    for lane in 0..<lanes { target[lane] = values[lane] }
  }
}
