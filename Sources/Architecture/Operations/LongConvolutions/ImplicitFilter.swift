import Engine
import Foundation

/// The long filters of Hyena (Poli et al. 2023, arXiv 2302.10866): a small network of sines over positions, with a decay.
///
///     a₀ = sin(f ⊙ W₀ z[l])      z [maxLength, 3]
///     a₁ = sin(f ⊙ W₁ a₀)        f [order], one for all three layers; W₀, W₁ and W₂ have biases
///     a₂ = sin(f ⊙ W₂ a₁)
///     h[c, l] = (W₃ a₂)[c] · exp(−t[l] delta[c])
///
/// The filters are computed once per step, and so are the gradients of the network, from the sum of ∂loss/∂h.
struct ImplicitFilter: Sendable {
  static func orderOption(default order: Int) -> Option<Int> {
    .integer("filter_order", default: order, in: 1...256, "width of the network that makes the filters")
  }
  static let trainZOption = Option.flag(
    "train_z", default: true, "train the positions that the filters are made from")

  let channels, order, maxLength: Int
  let trainsPositions: Bool

  init(_ options: OptionValues, order: Option<Int>, channels: Int, in context: ModelContext) {
    self.channels = channels
    self.order = options[order]
    maxLength = context.maxLength
    trainsPositions = options[Self.trainZOption]
  }

  /// Initial values: the reference implementation's positions and decays; PyTorch's default for linear maps.
  var parameters: [Parameter] {
    let (length, last) = (Double(maxLength), Double(max(maxLength - 1, 1)))
    let positions = Initializer.values { index, _ in
      let (l, angle) = (Double(index / 3), 1e-4 * 2 * Double.pi * Double(index / 3) / length)
      return [l / last, Foundation.cos(angle), -Foundation.sin(angle)][index % 3]
    }
    let (slowest, fastest) = (-Foundation.log(0.01) / 1.5, -Foundation.log(0.01) / 0.3)
    let gaps = Double(max(channels - 1, 1))
    return [
      trainsPositions
        ? .vector("filter.z", [maxLength, 3], positions) : .constant("filter.z", [maxLength, 3], positions),
      .vector("filter.freq", [order], .ones),
      .vector("filter.linear0.weight", [order, 3], .linear(inputs: 3)),
      .vector("filter.linear0.bias", [order], .linear(inputs: 3)),
      .vector("filter.linear1.weight", [order, order], .linear(inputs: order)),
      .vector("filter.linear1.bias", [order], .linear(inputs: order)),
      .vector("filter.linear2.weight", [order, order], .linear(inputs: order)),
      .vector("filter.linear2.bias", [order], .linear(inputs: order)),
      .vector("filter.linear3.weight", [channels, order], .linear(inputs: order)),
      .constant("filter.t", [maxLength], .values { l, _ in Double(l) / last }),
      .constant("filter.delta", [channels], .values { c, _ in slowest + (fastest - slowest) * Double(c) / gaps }),
    ]
  }
}

/// The filters of one layer on one thread, in blocks of sixteen channels as `LongConvolution` reads them.
final class ImplicitFilterKernel {
  let channels, order, time: Int
  let trainsPositions: Bool
  let blocks: Int
  let blockSize: Int  // of one block: length(time) · 16
  let values: Pointer  // h [blocks, length(time), 16], zero beyond time and beyond the channels; saved
  let gradient: Pointer  // Σ ∂loss/∂h since `beginStep`, laid out as the values; saved

  private let z, frequency, output, times, delta: ParameterPointers
  private let weights, biases: [ParameterPointers]  // of the three inner layers
  private let sums, activations: [Pointer]  // W a + b and sin(f ⊙ …) of the three layers [time, order], saved
  private let decays: Pointer  // delta in whole blocks, saved
  private let upstream, downstream: Pointer  // [time, order]

  init(_ filter: ImplicitFilter, _ site: inout KernelSite) {
    precondition(site.time <= filter.maxLength, "a sequence is longer than the filters")
    (channels, order, time) = (filter.channels, filter.order, site.time)
    trainsPositions = filter.trainsPositions
    blocks = ChannelBlock.count(channels)
    blockSize = LongConvolution.length(time) * vectorWidth
    values = site.saved(blocks * blockSize)
    gradient = site.saved(blocks * blockSize)
    (z, frequency) = (site.parameter("filter.z"), site.parameter("filter.freq"))
    (times, delta) = (site.parameter("filter.t"), site.parameter("filter.delta"))
    weights = (0..<3).map { [site] in site.parameter("filter.linear\($0).weight") }
    biases = (0..<3).map { [site] in site.parameter("filter.linear\($0).bias") }
    output = site.parameter("filter.linear3.weight")
    let size = time * order
    sums = [site.saved(size), site.saved(size), site.saved(size)]
    activations = [site.saved(size), site.saved(size), site.saved(size)]
    decays = site.saved(blocks * vectorWidth)
    upstream = site.scratch(size)
    downstream = site.scratch(size)
  }

  /// Computes the filters and forgets the gradient.
  func beginStep() {
    var input = z.value
    var inputs = 3
    for layer in 0..<3 {
      let (sums, activations) = (sums[layer], activations[layer])
      Linear.forward(input, weight: weights[layer].value, into: sums, rows: time, inputs: inputs, outputs: order)
      Linear.addBias(biases[layer].value, to: sums, rows: time, columns: order)
      for i in 0..<time * order { activations[i] = Foundation.sin(frequency.value[i % order] * sums[i]) }
      (input, inputs) = (UnsafePointer(activations), order)
    }
    for channel in 0..<channels { decays[channel] = delta.value[channel] }
    for block in 0..<blocks {
      let first = block * vectorWidth
      let target = values + block * blockSize
      Linear.forward(
        input, weight: output.value + first * order, into: target, rows: time, inputs: order,
        outputs: ChannelBlock.lanes(block, of: channels), strideY: vectorWidth)
      applyDecay(block, to: target)
    }
    gradient.update(repeating: 0, count: blocks * blockSize)
  }

  /// Adds the gradients of the network's parameters; consumes `gradient`.
  func endStep() {
    var (upstream, downstream) = (upstream, downstream)  // ∂/∂(a layer's output), ∂/∂(its input) [time, order]
    for block in 0..<blocks {
      let first = block * vectorWidth
      let count = ChannelBlock.lanes(block, of: channels)
      let source = gradient + block * blockSize
      applyDecay(block, to: source)
      Linear.backwardWeight(
        source, activations[2], into: output.gradient + first * order, rows: time, inputs: order, outputs: count,
        strideY: vectorWidth)
      Linear.backwardInput(
        source, weight: output.value + first * order, into: upstream, rows: time, inputs: order, outputs: count,
        strideY: vectorWidth, accumulate: block > 0)
    }
    for layer in (0..<3).reversed() {
      let sums = sums[layer]
      for i in 0..<time * order {
        let f = frequency.value[i % order]
        let slope = upstream[i] * Foundation.cos(f * sums[i])
        frequency.gradient[i % order] += slope * sums[i]
        upstream[i] = slope * f
      }
      let input = layer == 0 ? z.value : UnsafePointer(activations[layer - 1])
      let inputs = layer == 0 ? 3 : order
      Linear.backwardWeight(
        upstream, input, into: weights[layer].gradient, rows: time, inputs: inputs, outputs: order)
      Linear.backwardBias(upstream, into: biases[layer].gradient, rows: time, columns: order)
      guard layer > 0 || trainsPositions else { continue }
      Linear.backwardInput(
        upstream, weight: weights[layer].value, into: layer == 0 ? z.gradient : downstream, rows: time,
        inputs: inputs, outputs: order, accumulate: layer == 0)
      swap(&upstream, &downstream)
    }
  }

  /// Multiplies a block by `exp(−t[l] delta[c])`.
  private func applyDecay(_ block: Int, to target: Pointer) {
    let rate = decays.vector(block * vectorWidth)
    for l in 0..<time {
      let decay = VectorMath.exp(Vector(repeating: -times.value[l]) * rate)
      target.store(target.vector(l * vectorWidth) * decay, l * vectorWidth)
    }
  }
}
