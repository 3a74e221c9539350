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

  /// Normalises `x [rows, dim]`, keeps the result and writes `y = weight ⊙ x̂ + bias`.
  func forward(_ x: UnsafePointer<Float>, into y: Pointer, rows: Int) {
    let (dim, weight, bias) = (dim, weight.value, bias?.value)
    for row in 0..<rows {
      let (input, unit, line) = (x + row * dim, normalized + row * dim, y + row * dim)
      let mean = centers ? Reduce.sum(input, count: dim) / Float(dim) : 0
      var squares = Vector.zero
      var rest: Float = 0
      forEachVector(dim) { i in
        let centred = input.vector(i) - Vector(repeating: mean)
        squares = squares.addingProduct(centred, centred)
      } tail: { i in
        rest += (input[i] - mean) * (input[i] - mean)
      }
      let scale = 1 / ((squares.laneSum + rest) / Float(dim) + 1e-5).squareRoot()
      scales[row] = scale
      forEachVector(dim) { i in
        let value = (input.vector(i) - Vector(repeating: mean)) * scale
        unit.store(value, i)
        let product = value * weight.vector(i)
        line.store(bias.map { product + $0.vector(i) } ?? product, i)
      } tail: { i in
        unit[i] = (input[i] - mean) * scale
        line[i] = unit[i] * weight[i] + (bias?[i] ?? 0)
      }
    }
  }

  /// Writes `y = weight ⊙ x̂ + bias` of the last forward pass once more, `[rows, dim]`.
  func output(into y: Pointer, rows: Int) {
    let (dim, weight) = (dim, weight.value)
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
    let (dim, weight, weightGradient) = (dim, weight.value, weight.gradient)
    for row in 0..<rows {
      let (unit, upstream, gradient) = (normalized + row * dim, dy + row * dim, dx + row * dim)
      if let biasGradient = bias?.gradient { for i in 0..<dim { biasGradient[i] += upstream[i] } }
      var products = Vector.zero
      var rest: Float = 0
      forEachVector(dim) { i in
        let (value, u) = (upstream.vector(i), unit.vector(i))
        weightGradient.store(weightGradient.vector(i).addingProduct(value, u), i)
        let weighted = value * weight.vector(i)
        upstream.store(weighted, i)
        products = products.addingProduct(weighted, u)
      } tail: { i in
        weightGradient[i] += upstream[i] * unit[i]
        upstream[i] *= weight[i]
        rest += upstream[i] * unit[i]
      }
      let projection = (products.laneSum + rest) / Float(dim)
      let mean = centers ? Reduce.sum(upstream, count: dim) / Float(dim) : 0
      let scale = scales[row]
      forEachVector(dim) { i in
        let along = (upstream.vector(i) - Vector(repeating: mean))
          .addingProduct(unit.vector(i), Vector(repeating: -projection))
        gradient.store(gradient.vector(i).addingProduct(along, Vector(repeating: scale)), i)
      } tail: { i in
        gradient[i] += scale * (upstream[i] - mean - unit[i] * projection)
      }
    }
  }
}
