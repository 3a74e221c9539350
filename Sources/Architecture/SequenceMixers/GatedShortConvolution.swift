import Engine

/// The gated short convolution of LFM2 (Liquid AI 2025, arXiv 2511.23404):
///
///     (b, c, u) = W_in x                           [rows, dim] each
///     s = causal convolution of b ⊙ u per channel, `kernel` taps
///     y = W_out (c ⊙ s)                            [rows, dim]
struct GatedShortConvolution: Primitive {
  static let specification = PrimitiveSpecification(
    name: "gated-short-conv", family: .convolution, summary: "short causal convolution between two gates",
    source: "arXiv 2511.23404",
    options: [kernelOption])

  private static let kernelOption = Option.integer(
    "kernel", aliases: ["d_conv"], default: 3, in: 1...256, "taps of the convolution: tokens it sees")

  let dim, kernel: Int

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    kernel = options[Self.kernelOption]
  }

  /// Initial values: PyTorch's defaults for linear maps and convolutions.
  var parameters: [Parameter] {
    [
      .matrix("in_proj.weight", [3 * dim, dim]),
      .vector("conv_weight", [dim, kernel], .linear(inputs: kernel)),
      .matrix("out_proj.weight", [dim, dim]),
    ]
  }

  func costs(time: Int) -> Costs {
    let convolution = ShortConvolution.flops(channels: dim, kernel: kernel)
    return Costs(forwardFLOPs: 8 * Double(dim) * Double(dim) + convolution, state: dim * kernel)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { GatedShortConvolutionKernel(self, &site) }
}

private final class GatedShortConvolutionKernel: Kernel {
  let dim, time: Int
  let inProjection, outProjection: LinearMap
  let convolution: ShortConvolution
  let gates: Pointer  // b, c and u of each position [rows, 3, dim], saved
  let mixed: Pointer  // s [rows, dim], saved
  let product: Pointer  // b ⊙ u [rows, dim]
  let gated: Pointer  // c ⊙ s [rows, dim]
  let gradient: Pointer  // ∂/∂gated, then ∂/∂s, then ∂/∂product [rows, dim]
  let gatesGradient: Pointer  // [rows, 3, dim]

  init(_ primitive: GatedShortConvolution, _ site: inout KernelSite) {
    (dim, time) = (primitive.dim, site.time)
    inProjection = site.linear("in_proj.weight", inputs: dim, outputs: 3 * dim)
    outProjection = site.linear("out_proj.weight", inputs: dim, outputs: dim)
    convolution = ShortConvolution(
      channels: dim, kernel: primitive.kernel, weight: site.parameter("conv_weight"), bias: nil, appliesSiLU: false,
      &site)
    gates = site.saved(site.rows * 3 * dim)
    mixed = site.saved(site.rows * dim)
    product = site.scratch(site.rows * dim)
    gated = site.scratch(site.rows * dim)
    gradient = site.scratch(site.rows * dim)
    gatesGradient = site.scratch(site.rows * 3 * dim)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    inProjection.forward(x, into: gates, rows: rows)
    for row in 0..<rows {
      let (b, u, line) = (gates + 3 * row * dim, gates + (3 * row + 2) * dim, product + row * dim)
      for i in 0..<dim { line[i] = b[i] * u[i] }
    }
    convolution.forward(product, strideX: dim, into: mixed, strideY: dim, sequences: sequences)
    for row in 0..<rows {
      let (c, s, line) = (gates + (3 * row + 1) * dim, mixed + row * dim, gated + row * dim)
      for i in 0..<dim { line[i] = c[i] * s[i] }
    }
    outProjection.forward(gated, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    outProjection.backwardInput(dy, into: gradient, rows: rows)
    for row in 0..<rows {
      let (b, offset) = (gates + 3 * row * dim, row * dim)
      let (c, u, s, upstream) = (b + dim, b + 2 * dim, mixed + offset, gradient + offset)
      let (dc, product, gated) = (gatesGradient + (3 * row + 1) * dim, product + offset, gated + offset)
      for i in 0..<dim {
        product[i] = b[i] * u[i]
        gated[i] = c[i] * s[i]
        dc[i] = upstream[i] * s[i]
        upstream[i] *= c[i]
      }
    }
    outProjection.backwardWeight(dy, gated, rows: rows)
    convolution.backward(
      product, strideX: dim, gradient, strideY: dim, into: gradient, strideDX: dim, sequences: sequences)
    for row in 0..<rows {
      let (b, db, upstream) = (gates + 3 * row * dim, gatesGradient + 3 * row * dim, gradient + row * dim)
      let (u, du) = (b + 2 * dim, db + 2 * dim)
      for i in 0..<dim {
        db[i] = upstream[i] * u[i]
        du[i] = upstream[i] * b[i]
      }
    }
    inProjection.backward(gatesGradient, x, addingTo: dx, rows: rows)
  }
}
