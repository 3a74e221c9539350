import Engine

/// Causal convolution over a whole sequence, sixteen channels at a time, and its gradients:
///
///     y[t]  = Σ_{s≤t} h[t−s] u[s]
///     du[s] = Σ_{t≥s} h[t−s] dy[t]        dh[n] = Σ_{t≥n} dy[t] u[t−n]
///
/// A signal is `[length(time)][16 channels]`: time rounded up to whole tiles or blocks, zero beyond its end. Short
/// sequences are summed term by term, long ones in blocks by Fourier transforms.
struct LongConvolution {
  /// The longest sequence for which term by term is faster, measured with AVX-512.
  static let directLimit = 256

  private let length: Int
  private let blocks: BlockConvolution?

  /// Positions of a signal of `time` steps.
  static func length(_ time: Int) -> Int {
    let unit = time <= directLimit ? DirectConvolution.tile : ChannelTransform.size
    return (time + unit - 1) / unit * unit
  }

  /// FLOPs per token and channel as computed: (time + 1) / 2 products on average, or two transforms and products of
  /// spectra.
  static func flops(time: Int) -> Double {
    time <= directLimit ? Double(time + 1) : BlockConvolution.flops(length: length(time))
  }

  init(time: Int, _ site: inout KernelSite) {
    length = Self.length(time)
    blocks = time <= Self.directLimit ? nil : BlockConvolution(length: length, &site)
  }

  func forward(_ h: Pointer, _ u: Pointer, into y: Pointer) {
    if let blocks {
      blocks.forward(h, u, into: y)
    } else {
      DirectConvolution.forward(h, u, into: y, length: length)
    }
  }

  /// `du = …` and `dh += …`.
  func backward(_ h: Pointer, _ u: Pointer, _ dy: Pointer, into du: Pointer, filterGradient dh: Pointer) {
    if let blocks {
      blocks.backward(h, u, dy, into: du, filterGradient: dh)
    } else {
      DirectConvolution.filterGradient(u, dy, into: dh, length: length)
      DirectConvolution.signalGradient(h, dy, into: du, length: length)
    }
  }
}
