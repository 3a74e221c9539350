import Engine

/// Hyena (Poli et al. 2023, arXiv 2302.10866): gated long convolutions with implicit filters, in MAD's form (arXiv
/// 2403.17844) with a wide inner dimension and a projection that several groups of channels share.
///
///     gated = x0 ⊙ (h ∗ (v ⊙ x1) + filter_bias ⊙ v ⊙ x1)   [rows, inner], see `GatedLongConvolution`
///     y = out_proj gated                                    [rows, dim], inner = inner_factor · dim
struct Hyena: Primitive {
  static let specification = PrimitiveSpecification(
    name: "hyena", family: .convolution, summary: "gated long convolution with an implicit filter",
    source: "arXiv 2302.10866",
    options: [factorOption, GatedLongConvolution.groupsOption, orderOption, ImplicitFilter.trainZOption])

  private static let factorOption = Option.integer(
    "inner_factor", default: 4, in: 1...16, "inner width, in multiples of dim")
  private static let orderOption = ImplicitFilter.orderOption(default: 4)

  let convolution: GatedLongConvolution

  init(_ options: OptionValues, in context: ModelContext) throws {
    let inner = options[Self.factorOption] * context.dim
    convolution = try GatedLongConvolution(
      dim: context.dim, channels: inner, groups: options[GatedLongConvolution.groupsOption],
      filter: ImplicitFilter(options, order: Self.orderOption, channels: inner, in: context),
      primitive: Self.specification.name)
  }

  /// Initial values of the output projection: PyTorch's default for linear maps.
  var parameters: [Parameter] {
    let (dim, inner) = (convolution.dim, convolution.channels)
    return convolution.parameters + [
      .matrix("out_proj.weight", [dim, inner]),
      .vector("out_proj.bias", [dim], .linear(inputs: inner)),
    ]
  }

  /// The network that makes the filters runs once per step, not per token, and is left out.
  func costs(time: Int) -> Costs {
    let (dim, inner) = (convolution.dim, convolution.channels)
    return Costs(
      forwardFLOPs: convolution.flops(time: time) + Double(2 * dim * inner), state: inner * convolution.filter.order,
      cache: inner * time)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { HyenaKernel(self, &site) }
}

private final class HyenaKernel: Kernel {
  let time: Int
  let convolution: GatedLongConvolutionKernel
  let outProjection: LinearMap
  let gated, gatedGradient: Pointer  // [rows, convolution.stride]

  init(_ primitive: Hyena, _ site: inout KernelSite) {
    time = site.time
    convolution = GatedLongConvolutionKernel(primitive.convolution, &site)
    outProjection = site.linear(
      "out_proj.weight", bias: "out_proj.bias", inputs: primitive.convolution.channels,
      outputs: primitive.convolution.dim, x: .positions(stride: convolution.stride))
    gated = site.scratch(site.rows * convolution.stride)
    gatedGradient = site.scratch(site.rows * convolution.stride)
  }

  func beginStep() { convolution.beginStep() }
  func endStep() { convolution.endStep() }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    convolution.forward(x, into: gated, sequences: sequences)
    outProjection.forward(gated, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    outProjection.backwardInput(dy, into: gatedGradient, rows: rows)
    convolution.backward(x, gatedGradient, gated: gated, into: dx, sequences: sequences)
    outProjection.backwardWeight(dy, gated, rows: rows)
  }
}
