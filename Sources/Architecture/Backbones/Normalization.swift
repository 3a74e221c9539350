import Engine

/// The normalisation before each layer and before the unembedding, over the `dim` values of a position.
///
///     RMSNorm    x̂ = x / √(mean x² + ε),             y = weight ⊙ x̂            (arXiv 1910.07467)
///     LayerNorm  x̂ = (x − mean x) / √(var x + ε),    y = weight ⊙ x̂ + bias     (arXiv 1607.06450)
///
/// with ε = 1e-5 and the biased variance.
public enum Normalization: String, Sendable, CaseIterable {
  case rmsNorm = "rmsnorm"
  case layerNorm = "layernorm"

  func parameters(dim: Int) -> [Parameter] {
    let weight = Parameter.vector("weight", [dim], .ones)
    return self == .rmsNorm ? [weight] : [weight, .vector("bias", [dim], .zeros)]
  }
}

/// Normalises rows. It keeps the normalised values and scales; the product with the weight is cheap and done again.
final class NormalizationKernel {
  private let dim: Int
  private let centers: Bool
  private let weight: ParameterPointers
  private let bias: ParameterPointers?
  private let normalized: Pointer  // x̂ [rows, dim], saved
  private let scales: Pointer  // 1/√(… + ε) [rows], saved

  init(_ norm: Normalization, name: String, dim: Int, _ site: inout KernelSite) {
    self.dim = dim
    centers = norm == .layerNorm
    weight = site.parameter("\(name).weight")
    bias = centers ? site.parameter("\(name).bias") : nil
    normalized = site.saved(site.rows * dim)
    scales = site.saved(site.rows)
  }

  /// Normalises `x [rows, dim]` and keeps the result; `output` reads it.
  func forward(_ x: UnsafePointer<Float>, rows: Int) {
    for row in 0..<rows {
      let input = x + row * dim
      let unit = normalized + row * dim
      let mean = centers ? Reduce.sum(input, count: dim) / Float(dim) : 0
      for i in 0..<dim { unit[i] = input[i] - mean }
      let scale = 1 / (Reduce.dot(unit, unit, count: dim) / Float(dim) + 1e-5).squareRoot()
      for i in 0..<dim { unit[i] *= scale }
      scales[row] = scale
    }
  }

  /// Writes `y = weight ⊙ x̂ + bias` of the last forward pass, `[rows, dim]`.
  func output(into y: Pointer, rows: Int) {
    let weight = weight.value
    for row in 0..<rows {
      let unit = normalized + row * dim
      let line = y + row * dim
      if let bias = bias?.value {
        for i in 0..<dim { line[i] = unit[i] * weight[i] + bias[i] }
      } else {
        for i in 0..<dim { line[i] = unit[i] * weight[i] }
      }
    }
  }

  /// `dx += ∂loss/∂x` and the gradients of weight and bias, given `dy [rows, dim]`, which is used up.
  func backward(_ dy: Pointer, into dx: Pointer, rows: Int) {
    let weightValue = weight.value
    let weightGradient = weight.gradient
    for row in 0..<rows {
      let unit = normalized + row * dim
      let upstream = dy + row * dim
      let gradient = dx + row * dim
      if let biasGradient = bias?.gradient { for i in 0..<dim { biasGradient[i] += upstream[i] } }
      for i in 0..<dim {
        weightGradient[i] += upstream[i] * unit[i]
        upstream[i] *= weightValue[i]
      }
      let projection = Reduce.dot(upstream, unit, count: dim) / Float(dim)
      let mean = centers ? Reduce.sum(upstream, count: dim) / Float(dim) : 0
      let scale = scales[row]
      for i in 0..<dim { gradient[i] += scale * (upstream[i] - mean - unit[i] * projection) }
    }
  }
}
