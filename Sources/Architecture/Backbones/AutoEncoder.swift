import Engine
import Foundation

/// The `autoencoder` backbone's end, for the compression task. With e = x at the last position, for each position l:
///
///     r₀ = e + pos[l],  r₁ = gelu(dec1(dec_norm1 r₀)),  r₂ = gelu(dec2(dec_norm2 r₁)),  logits[l] = unembed(final_norm r₂)
///
/// with the exact gelu and sine-cosine positions (Vaswani et al. 2017).
final class AutoEncoderHead: Head {
  static func parameters(vocabulary: Int, _ context: ModelContext, _ norm: Normalization) -> [Parameter] {
    let dim = context.dim
    func normParameters(_ name: String) -> [Parameter] {
      norm.parameters(dim: dim).map { $0.renamed("\(name).\($0.name)") }
    }
    return normParameters("dec_norm1") + LanguageModelHead.linear("dec1", inputs: dim, outputs: dim)
      + normParameters("dec_norm2") + LanguageModelHead.linear("dec2", inputs: dim, outputs: dim)
      + LanguageModelHead.parameters(vocabulary: vocabulary, context, norm)
      + [.constant("pos", [context.maxLength, dim], positions(dim: dim))]
  }

  /// The decoder's two layers and the unembedding.
  static func costs(vocabulary: Int, dim: Int) -> Costs {
    LanguageModelHead.costs(vocabulary: vocabulary, dim: dim)
      + Costs(forwardFLOPs: 4 * Double(dim) * Double(dim), state: 0)
  }

  /// `pos[l, i] = sin(l · 10000^(−i/(half − 1)))` for i < half = dim/2, the matching cosine above.
  private static func positions(dim: Int) -> Initializer {
    .values { index, _ in
      let (position, channel) = (Double(index / dim), index % dim)
      let half = dim / 2
      let step = channel < half ? channel : channel - half
      let angle = position * Foundation.exp(-Double(step) * Foundation.log(10_000) / Double(max(half - 1, 1)))
      return channel < half ? Foundation.sin(angle) : Foundation.cos(angle)
    }
  }

  private let dim, time: Int
  private let first, second: DecoderLayer
  private let unembedding: LanguageModelHead
  private let positions: UnsafePointer<Float>
  private let start, middle, end: Pointer  // r₀, r₁, r₂ [rows, dim], saved
  private let gradient, innerGradient: Pointer  // [rows, dim], saved: the parts below overwrite scratch

  var logits: Pointer { unembedding.logits }

  init(_ model: Model, _ site: inout KernelSite) {
    (dim, time) = (model.context.dim, site.time)
    first = DecoderLayer(model, "1", &site)
    second = DecoderLayer(model, "2", &site)
    unembedding = LanguageModelHead(model, &site)
    positions = site.parameter("pos").value
    start = site.saved(site.rows * dim)
    middle = site.saved(site.rows * dim)
    end = site.saved(site.rows * dim)
    gradient = site.saved(site.rows * dim)
    innerGradient = site.saved(site.rows * dim)
  }

  func forward(_ x: UnsafePointer<Float>, sequences: Int) {
    for sequence in 0..<sequences {
      let encoding = x + (sequence * time + time - 1) * dim
      for position in 0..<time {
        let line = start + (sequence * time + position) * dim
        let offset = positions + position * dim
        for i in 0..<dim { line[i] = encoding[i] + offset[i] }
      }
    }
    first.forward(start, into: middle, rows: sequences * time)
    second.forward(middle, into: end, rows: sequences * time)
    unembedding.forward(end, sequences: sequences)
  }

  func backward(into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    unembedding.backward(into: gradient, sequences: sequences)
    second.backward(gradient, into: innerGradient, rows: rows)
    first.backward(innerGradient, into: gradient, rows: rows)
    dx.update(repeating: 0, count: rows * dim)
    for sequence in 0..<sequences {
      let encoding = dx + (sequence * time + time - 1) * dim
      for position in 0..<time {
        let line = gradient + (sequence * time + position) * dim
        for i in 0..<dim { encoding[i] += line[i] }
      }
    }
  }
}

/// `y = gelu(dec(norm x))` with the exact gelu `0.5 a (1 + erf(a/√2))`.
private final class DecoderLayer {
  private let dim: Int
  private let norm: NormalizationKernel
  private let map: LinearMap
  private let activation: Pointer  // a = dec(norm x) [rows, dim], saved
  private let normalized: Pointer  // [rows, dim]; its gradient in the backward pass

  init(_ model: Model, _ number: String, _ site: inout KernelSite) {
    dim = model.context.dim
    norm = NormalizationKernel(model.norm, name: "dec_norm\(number)", dim: dim, &site)
    map = site.linear("dec\(number).weight", bias: "dec\(number).bias", inputs: dim, outputs: dim)
    activation = site.saved(site.rows * dim)
    normalized = site.scratch(site.rows * dim)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, rows: Int) {
    norm.forward(x, into: normalized, rows: rows)
    map.forward(normalized, into: activation, rows: rows)
    for i in 0..<rows * dim { y[i] = 0.5 * activation[i] * (1 + erff(activation[i] * 0.707_106_77)) }
  }

  func backward(_ dy: UnsafePointer<Float>, into dx: Pointer, rows: Int) {
    for i in 0..<rows * dim {
      let a = activation[i]
      let density = 0.398_942_28 * VectorMath.exp(-0.5 * a * a)
      activation[i] = dy[i] * (0.5 * (1 + erff(a * 0.707_106_77)) + a * density)
    }
    norm.output(into: normalized, rows: rows)
    map.backwardWeight(activation, normalized, rows: rows)
    map.backwardInput(activation, into: normalized, rows: rows)
    dx.update(repeating: 0, count: rows * dim)
    norm.backward(normalized, into: dx, rows: rows)
  }
}
