import Engine

/// SwiGLU (Shazeer 2020, arXiv 2002.05202), as in Llama:
///
///     a = W₁ x, b = W₂ x          [rows, inner]
///     y = W₃ (silu(a) ⊙ b)        [rows, dim]
///
/// with `silu(a) = a · sigmoid(a)` and inner = 16 ⌈⌊8 dim / 3⌋ / 16⌉ unless given.
struct SwiGLU: Primitive {
  static let specification = PrimitiveSpecification(
    name: "swiglu", family: .channelMixer, summary: "gated MLP: W₃(silu(W₁x) ⊙ W₂x)", source: "arXiv 2002.05202",
    options: [innerOption])

  private static let innerOption = Option.integer(
    "dim_inner", in: 1...65_536, "inner width; 16⌈⌊8·dim/3⌋/16⌉ unless given")

  let dim: Int
  let inner: Int

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    inner = options[Self.innerOption] ?? 16 * ((8 * dim / 3 + 15) / 16)
  }

  /// Initial values: PyTorch's default for linear maps.
  var parameters: [Parameter] {
    [
      .matrix("w1.weight", [inner, dim]),
      .matrix("w2.weight", [inner, dim]),
      .matrix("w3.weight", [dim, inner]),
    ]
  }

  func costs(time: Int) -> Costs { Costs(forwardFLOPs: 6 * Double(dim) * Double(inner), state: 0) }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { SwiGLUKernel(self, &site) }
}

private final class SwiGLUKernel: Kernel {
  let dim, inner, time: Int
  let w1, w2, w3: ParameterPointers
  let a, b: Pointer  // [rows, inner], saved
  let hidden, gradientA, gradientB: Pointer  // [rows, inner]

  init(_ primitive: SwiGLU, _ site: inout KernelSite) {
    (dim, inner, time) = (primitive.dim, primitive.inner, site.time)
    (w1, w2, w3) = (site.parameter("w1.weight"), site.parameter("w2.weight"), site.parameter("w3.weight"))
    a = site.saved(site.rows * inner)
    b = site.saved(site.rows * inner)
    hidden = site.scratch(site.rows * inner)
    gradientA = site.scratch(site.rows * inner)
    gradientB = site.scratch(site.rows * inner)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    Linear.forward(x, weight: w1.value, into: a, rows: rows, inputs: dim, outputs: inner)
    Linear.forward(x, weight: w2.value, into: b, rows: rows, inputs: dim, outputs: inner)
    SiLU.gate(a, b, into: hidden, count: rows * inner)
    Linear.forward(hidden, weight: w3.value, into: y, rows: rows, inputs: inner, outputs: dim, accumulate: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    Linear.backwardInput(dy, weight: w3.value, into: gradientB, rows: rows, inputs: inner, outputs: dim)
    SiLU.gateBackward(a, b, y: hidden, gradientA: gradientA, gradientB: gradientB, count: rows * inner)
    Linear.backwardWeight(dy, hidden, into: w3.gradient, rows: rows, inputs: inner, outputs: dim)
    Linear.backwardWeight(gradientA, x, into: w1.gradient, rows: rows, inputs: dim, outputs: inner)
    Linear.backwardWeight(gradientB, x, into: w2.gradient, rows: rows, inputs: dim, outputs: inner)
    Linear.backwardInput(
      gradientA, weight: w1.value, into: dx, rows: rows, inputs: dim, outputs: inner, accumulate: true)
    Linear.backwardInput(
      gradientB, weight: w2.value, into: dx, rows: rows, inputs: dim, outputs: inner, accumulate: true)
  }
}
