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
  let inner, time: Int
  let w1, w2, w3: LinearMap
  let a, b: Pointer  // [rows, inner], saved
  let hidden, gradientA, gradientB: Pointer  // [rows, inner]

  init(_ primitive: SwiGLU, _ site: inout KernelSite) {
    (inner, time) = (primitive.inner, site.time)
    w1 = site.linear("w1.weight", inputs: primitive.dim, outputs: inner)
    w2 = site.linear("w2.weight", inputs: primitive.dim, outputs: inner)
    w3 = site.linear("w3.weight", inputs: inner, outputs: primitive.dim)
    a = site.saved(site.rows * inner)
    b = site.saved(site.rows * inner)
    hidden = site.scratch(site.rows * inner)
    gradientA = site.scratch(site.rows * inner)
    gradientB = site.scratch(site.rows * inner)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    w1.forward(x, into: a, rows: rows)
    w2.forward(x, into: b, rows: rows)
    SiLU.gate(a, b, into: hidden, count: rows * inner)
    w3.forward(hidden, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    w3.backwardInput(dy, into: gradientB, rows: rows)
    SiLU.gateBackward(a, b, y: hidden, gradientA: gradientA, gradientB: gradientB, count: rows * inner)
    w3.backwardWeight(dy, hidden, rows: rows)
    w1.backward(gradientA, x, addingTo: dx, rows: rows)
    w2.backward(gradientB, x, addingTo: dx, rows: rows)
  }
}
