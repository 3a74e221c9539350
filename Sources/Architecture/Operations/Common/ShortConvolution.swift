import Engine

/// A short causal convolution of each channel for itself, followed by SiLU if asked for:
///
///     a[t, c] = bias[c] + Σ_j weight[c, j] x[t − K + 1 + j, c]      j < K, zeros before a sequence's start
///     y = a  or  y = silu(a)
///
/// Inputs and outputs are `[sequences, time, channels]` with row strides of their own, so each may be a range of columns
/// in a wider matrix. Nothing passes from one sequence to another.
public struct ShortConvolution {
  public let channels, kernel, time: Int
  private let appliesSiLU: Bool
  private let weight: ParameterPointers  // [channels, kernel]
  private let bias: ParameterPointers?  // [channels]
  private let taps, tapGradients: Pointer  // weights, then bias, per block of channels [blocks, kernel + 1, 16]
  private let input: Pointer  // zeros, then a block of x [kernel − 1 + time, 16]
  private let gradient: Pointer  // a block of ∂/∂a, then zeros [time + kernel − 1, 16]
  private let result: Pointer  // a block of a, of y or of ∂/∂x [time, 16]

  public init(
    channels: Int, kernel: Int, weight: ParameterPointers, bias: ParameterPointers?, appliesSiLU: Bool,
    _ site: inout KernelSite
  ) {
    (self.channels, self.kernel, time) = (channels, kernel, site.time)
    (self.weight, self.bias, self.appliesSiLU) = (weight, bias, appliesSiLU)
    let tapCount = ChannelBlock.count(channels) * (kernel + 1) * vectorWidth
    taps = site.scratch(tapCount)
    tapGradients = site.scratch(tapCount)
    input = site.scratch((time + kernel - 1) * vectorWidth)
    gradient = site.scratch((time + kernel - 1) * vectorWidth)
    result = site.scratch(time * vectorWidth)
  }

  /// FLOPs per token, forward.
  public static func flops(channels: Int, kernel: Int) -> Double { 2 * Double(channels) * Double(kernel) }

  /// `y = convolution(x)`; y may be x.
  public func forward(_ x: UnsafePointer<Float>, strideX: Int, into y: Pointer, strideY: Int, sequences: Int) {
    loadTaps()
    input.update(repeating: 0, count: (kernel - 1) * vectorWidth)
    forEachBlock(sequences) { row, column, lanes, taps, _ in
      load(x + row * strideX + column, strideX, lanes)
      convolve(taps)
      if appliesSiLU {
        for place in stride(from: 0, to: time * vectorWidth, by: vectorWidth) {
          result.store(VectorMath.silu(result.vector(place)).value, place)
        }
      }
      ChannelBlock.unpack(result, rows: time, lanes: lanes, into: y + row * strideY + column, stride: strideY)
    }
  }

  /// `dx = ∂loss/∂x` and the parameters' gradients `+=`, given `dy = ∂loss/∂y`; dx may be dy.
  public func backward(
    _ x: UnsafePointer<Float>, strideX: Int, _ dy: UnsafePointer<Float>, strideY: Int, into dx: Pointer,
    strideDX: Int, sequences: Int
  ) {
    loadTaps()
    tapGradients.update(repeating: 0, count: ChannelBlock.count(channels) * (kernel + 1) * vectorWidth)
    input.update(repeating: 0, count: (kernel - 1) * vectorWidth)
    (gradient + time * vectorWidth).update(repeating: 0, count: (kernel - 1) * vectorWidth)
    forEachBlock(sequences) { row, column, lanes, taps, tapGradients in
      load(x + row * strideX + column, strideX, lanes)
      ChannelBlock.pack(dy + row * strideY + column, stride: strideY, rows: time, lanes: lanes, into: gradient)
      if appliesSiLU {
        convolve(taps)
        for place in stride(from: 0, to: time * vectorWidth, by: vectorWidth) {
          gradient.store(gradient.vector(place) * VectorMath.silu(result.vector(place)).slope, place)
        }
      }
      addTapGradients(tapGradients)
      correlate(taps)
      ChannelBlock.unpack(result, rows: time, lanes: lanes, into: dx + row * strideDX + column, stride: strideDX)
    }
    storeTapGradients()
  }

  /// Runs `body` for every sequence (first row) and block (first column, lanes, taps and their gradients).
  @inline(__always)
  private func forEachBlock(
    _ sequences: Int, _ body: (_ row: Int, _ column: Int, _ lanes: Int, _ taps: Pointer, _ gradients: Pointer) -> Void
  ) {
    let size = (kernel + 1) * vectorWidth
    for sequence in 0..<sequences {
      for block in 0..<ChannelBlock.count(channels) {
        body(
          sequence * time, block * vectorWidth, ChannelBlock.lanes(block, of: channels), taps + block * size,
          tapGradients + block * size)
      }
    }
  }

  private func load(_ x: UnsafePointer<Float>, _ stride: Int, _ lanes: Int) {
    ChannelBlock.pack(x, stride: stride, rows: time, lanes: lanes, into: input + (kernel - 1) * vectorWidth)
  }

  /// `result = a` for the block in `input`.
  private func convolve(_ taps: Pointer) {
    let (input, result, kernel, bias) = (input, result, kernel, taps.vector(kernel * vectorWidth))
    for t in 0..<time {
      let x = input + t * vectorWidth
      var a = bias
      for j in 0..<kernel { a = a.addingProduct(taps.vector(j * vectorWidth), x.vector(j * vectorWidth)) }
      result.store(a, t * vectorWidth)
    }
  }

  /// `result[t] = Σ_j weight[j] gradient[t + K − 1 − j]`.
  private func correlate(_ taps: Pointer) {
    let (gradient, result, kernel) = (gradient, result, kernel)
    for t in 0..<time {
      let g = gradient + (t + kernel - 1) * vectorWidth
      var sum = Vector.zero
      for j in 0..<kernel { sum = sum.addingProduct(taps.vector(j * vectorWidth), g.vector(-j * vectorWidth)) }
      result.store(sum, t * vectorWidth)
    }
  }

  /// `gradients[j] += Σ_t gradient[t] input[t + j]` and, for the bias, `Σ_t gradient[t]`.
  private func addTapGradients(_ gradients: Pointer) {
    let (gradient, kernel) = (gradient, kernel)
    for j in 0..<kernel {
      let shifted = input + j * vectorWidth
      // Four sums at a time: one would wait for each addition.
      var (s0, s1, s2, s3) = (gradients.vector(j * vectorWidth), Vector.zero, Vector.zero, Vector.zero)
      var t = 0
      while t + 4 <= time {
        let (g, x) = (gradient + t * vectorWidth, shifted + t * vectorWidth)
        s0 = s0.addingProduct(g.vector(0), x.vector(0))
        s1 = s1.addingProduct(g.vector(16), x.vector(16))
        s2 = s2.addingProduct(g.vector(32), x.vector(32))
        s3 = s3.addingProduct(g.vector(48), x.vector(48))
        t += 4
      }
      while t < time {
        s0 = s0.addingProduct(gradient.vector(t * vectorWidth), shifted.vector(t * vectorWidth))
        t += 1
      }
      gradients.store((s0 + s1) + (s2 + s3), j * vectorWidth)
    }
    guard bias != nil else { return }
    var sum = gradients.vector(kernel * vectorWidth)
    for t in 0..<time { sum += gradient.vector(t * vectorWidth) }
    gradients.store(sum, kernel * vectorWidth)
  }

  /// Fills `taps` from the parameters: zeros for channels and biases that are not there.
  private func loadTaps() {
    for channel in 0..<ChannelBlock.count(channels) * vectorWidth {
      for j in 0..<kernel { taps[place(channel, j)] = channel < channels ? weight.value[channel * kernel + j] : 0 }
      taps[place(channel, kernel)] = channel < channels ? bias?.value[channel] ?? 0 : 0
    }
  }

  private func storeTapGradients() {
    for channel in 0..<channels {
      for j in 0..<kernel { weight.gradient[channel * kernel + j] += tapGradients[place(channel, j)] }
      if let bias { bias.gradient[channel] += tapGradients[place(channel, kernel)] }
    }
  }

  @inline(__always)
  private func place(_ channel: Int, _ tap: Int) -> Int {
    ((channel / vectorWidth) * (kernel + 1) + tap) * vectorWidth + channel % vectorWidth
  }
}
