import Engine

/// The output gate of gated linear attention and RWKV: each head is normalised alone, then gated.
///
///     u = (o − c) / √(mean (o − c)² + ε),    c = mean o if the norm centres, else 0      per head
///     y = (weight ⊙ u + bias) ⊙ silu(gate)                                               [rows, dim]
///
/// All matrices have `Heads.overhang` floats to spare.
struct GatedHeadNorm {
  let heads: Heads
  /// Group normalisation (arXiv 1803.08494) if true, else RMS normalisation (arXiv 1910.07467).
  let centers: Bool
  let epsilon: Float
  private let weight, bias, weightGradient, biasGradient: Pointer  // [dim]

  init(_ heads: Heads, centers: Bool, epsilon: Float, _ site: inout KernelSite) {
    (self.heads, self.centers, self.epsilon) = (heads, centers, epsilon)
    weight = site.scratch(heads.dim + Heads.overhang)
    bias = site.scratch(heads.dim + Heads.overhang)
    weightGradient = site.scratch(heads.dim + Heads.overhang)
    biasGradient = site.scratch(heads.dim + Heads.overhang)
  }

  /// Turns `o` into u, fills `scales [rows, heads]` with 1/√(…) and `y`. A weight of the head's width is shared by all
  /// heads.
  func forward(
    _ o: Pointer, gate: UnsafePointer<Float>, weight: ParameterPointers, bias: ParameterPointers?, scales: Pointer,
    into y: Pointer, rows: Int
  ) {
    place(weight, shared: bias == nil, bias)
    let (heads, weight, bias) = (heads, self.weight, self.bias)
    let share = 1 / Float(heads.width)
    for row in 0..<rows {
      for head in 0..<heads.count {
        let channel = head * heads.width
        let at = row * heads.dim + channel
        let mean = centers ? sum(heads) { o.vector(at + $0) } * share : 0
        let square = sum(heads) { i in
          let centered = o.vector(at + i) - Vector(repeating: mean)
          return centered * centered
        }
        let scale = 1 / (square * share + epsilon).squareRoot()
        scales[row * heads.count + head] = scale
        for i in stride(from: 0, to: heads.width, by: vectorWidth) {
          let value = o.vector(at + i)
          let unit = (value - Vector(repeating: mean)) * Vector(repeating: scale)
          o.store(value.replacing(with: unit, where: heads.lanes(from: i)), at + i)
          let normal = bias.vector(channel + i).addingProduct(unit, weight.vector(channel + i))
          y.store(normal * VectorMath.silu(gate.vector(at + i)).value, at + i)
        }
      }
    }
  }

  /// `upstream` holds ∂loss/∂y and then ∂loss/∂o; fills `gateGradient` and once more `y`, adds the parameters' gradients.
  func backward(
    _ unit: UnsafePointer<Float>, gate: UnsafePointer<Float>, weight: ParameterPointers, bias: ParameterPointers?,
    scales: UnsafePointer<Float>, upstream: Pointer, gateGradient: Pointer, y: Pointer, rows: Int
  ) {
    place(weight, shared: bias == nil, bias)
    let (heads, weightValues, biasValues) = (heads, self.weight, self.bias)
    let (weightGradient, biasGradient) = (weightGradient, biasGradient)
    weightGradient.update(repeating: 0, count: heads.dim)
    biasGradient.update(repeating: 0, count: heads.dim)
    let share = 1 / Float(heads.width)
    for row in 0..<rows {
      for head in 0..<heads.count {
        let channel = head * heads.width
        let at = row * heads.dim + channel
        var (slopes, projections) = (Vector.zero, Vector.zero)
        for i in stride(from: 0, to: heads.width, by: vectorWidth) {
          let lanes = heads.lanes(from: i)
          let (w, u, dy) = (weightValues.vector(channel + i), unit.vector(at + i), upstream.vector(at + i))
          let (value, slope) = VectorMath.silu(gate.vector(at + i))
          let normal = biasValues.vector(channel + i).addingProduct(u, w)
          y.store(normal * value, at + i)
          gateGradient.store(dy * normal * slope, at + i)
          let inner = (dy * value).only(lanes)
          biasGradient.store(biasGradient.vector(channel + i) + inner, channel + i)
          let along = (inner * u).only(lanes)
          weightGradient.store(weightGradient.vector(channel + i) + along, channel + i)
          slopes += (inner * w).only(lanes)
          projections += (along * w).only(lanes)
          upstream.store(dy.replacing(with: inner * w, where: lanes), at + i)
        }
        let mean = Vector(repeating: centers ? slopes.total * share : 0)
        let projection = Vector(repeating: projections.total * share)
        let scale = Vector(repeating: scales[row * heads.count + head])
        for i in stride(from: 0, to: heads.width, by: vectorWidth) {
          let (slope, u) = (upstream.vector(at + i), unit.vector(at + i))
          let gradient = scale * (slope - mean - u * projection)
          upstream.store(slope.replacing(with: gradient, where: heads.lanes(from: i)), at + i)
        }
      }
    }
    if let bias {
      for i in 0..<heads.dim {
        weight.gradient[i] += weightGradient[i]
        bias.gradient[i] += biasGradient[i]
      }
    } else {
      for i in 0..<heads.dim { weight.gradient[i % heads.width] += weightGradient[i] }
    }
  }

  /// Copies the parameters to where sixteen can be read at a time, one value for each channel of all heads.
  private func place(_ weight: ParameterPointers, shared: Bool, _ bias: ParameterPointers?) {
    for i in 0..<heads.dim {
      self.weight[i] = weight.value[shared ? i % heads.width : i]
      self.bias[i] = bias?.value[i] ?? 0
    }
  }

  /// The sum over one head's channels of what `body` says for sixteen from a channel on.
  @inline(__always)
  private func sum(_ heads: Heads, _ body: (Int) -> Vector) -> Float {
    var lanes = Vector.zero
    for i in stride(from: 0, to: heads.width, by: vectorWidth) { lanes += body(i).only(heads.lanes(from: i)) }
    return lanes.total
  }
}
