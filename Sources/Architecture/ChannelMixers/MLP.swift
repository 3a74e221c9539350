import Engine

/// The two-layer MLP of GPT-2:
///
///     a = W x                        [rows, inner], inner = 4 dim unless given
///     y = W' gelu(a)                 [rows, dim]
///
/// with the tanh approximation of gelu (Hendrycks and Gimpel, arXiv 1606.08415), no biases.
struct MLP: Primitive {
  static let specification = PrimitiveSpecification(
    name: "mlp", family: .channelMixer, summary: "two-layer MLP with GELU: proj(gelu(fc x))",
    source: "arXiv 1606.08415", options: [innerOption])

  private static let innerOption = Option.integer("dim_inner", in: 1...65_536, "inner width; 4·dim unless given")

  let dim: Int
  let inner: Int

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    inner = options[Self.innerOption] ?? 4 * dim
  }

  /// Initial values: PyTorch's default for linear maps.
  var parameters: [Parameter] {
    [
      .matrix("fc.weight", [inner, dim]),
      .matrix("proj.weight", [dim, inner]),
    ]
  }

  func costs(time: Int) -> Costs { Costs(forwardFLOPs: 4 * Double(dim) * Double(inner), state: 0) }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { MLPKernel(self, &site) }
}

private final class MLPKernel: Kernel {
  let inner, time: Int
  let fc, proj: LinearMap
  let a: Pointer  // [rows, inner], saved
  let hidden, gradient: Pointer  // [rows, inner]

  init(_ primitive: MLP, _ site: inout KernelSite) {
    (inner, time) = (primitive.inner, site.time)
    fc = site.linear("fc.weight", inputs: primitive.dim, outputs: inner)
    proj = site.linear("proj.weight", inputs: inner, outputs: primitive.dim)
    a = site.saved(site.rows * inner)
    hidden = site.scratch(site.rows * inner)
    gradient = site.scratch(site.rows * inner)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    fc.forward(x, into: a, rows: rows)
    GELUTanh.apply(a, into: hidden, count: rows * inner)
    proj.forward(hidden, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    proj.backwardInput(dy, into: gradient, rows: rows)
    GELUTanh.applyBackward(a, value: hidden, gradient: gradient, count: rows * inner)
    proj.backwardWeight(dy, hidden, rows: rows)
    fc.backward(gradient, x, addingTo: dx, rows: rows)
  }
}
