import Engine

/// Hyena whose channels belong to experts, a few of which are heard per position (MAD; Poli et al. 2024, arXiv
/// 2403.17844):
///
///     c = x0 ⊙ (h ∗ (v ⊙ x1) + filter_bias ⊙ v ⊙ x1)   [rows, dim], see `GatedLongConvolution`
///     p = top-k softmax of router x                     [rows, experts], see `TopKRouting`
///     r[i] = Σ_e p[e] c[i·experts + e]                  [rows, dim / experts]
///     y = out_proj r                                    [rows, dim]
struct HyenaExperts: Primitive {
  static let specification = PrimitiveSpecification(
    name: "hyena-experts", family: .convolution, summary: "Hyena with a mixture of experts over its channels",
    source: "arXiv 2403.17844",
    options: TopKRouting.options + [TopKRouting.ruleOption, orderOption, ImplicitFilter.trainZOption])

  private static let orderOption = ImplicitFilter.orderOption(default: 16)

  let convolution: GatedLongConvolution
  let routing: TopKRouting
  /// The width of one expert.
  let inner: Int

  init(_ options: OptionValues, in context: ModelContext) throws {
    routing = try TopKRouting(options, primitive: Self.specification.name)
    guard context.dim.isMultiple(of: routing.experts) else {
      throw Self.unsuitable("num_experts must divide the width of \(context.dim), found \(routing.experts)")
    }
    inner = context.dim / routing.experts
    convolution = try GatedLongConvolution(
      dim: context.dim, channels: context.dim, groups: 1,
      filter: ImplicitFilter(options, order: Self.orderOption, channels: context.dim, in: context),
      primitive: Self.specification.name)
  }

  /// Initial values of router and output projection: PyTorch's default for linear maps.
  var parameters: [Parameter] {
    let dim = convolution.dim
    return convolution.parameters + routing.routerParameters(dim: dim) + [
      .matrix("out_proj.weight", [dim, inner]),
      .vector("out_proj.bias", [dim], .linear(inputs: inner)),
    ]
  }

  /// Every channel is computed, whoever is heard. The network that makes the filters runs once per step, not per token,
  /// and is left out.
  func costs(time: Int) -> Costs {
    let dim = convolution.dim
    return Costs(
      forwardFLOPs: convolution.flops(time: time) + Double(2 * dim * (routing.experts + 1 + inner)),
      state: dim * convolution.filter.order, cache: dim * time)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { HyenaExpertsKernel(self, &site) }
}

private final class HyenaExpertsKernel: Kernel {
  let inner, experts, time: Int
  let convolution: GatedLongConvolutionKernel
  let router: Router
  let outProjection: LinearMap
  let gated: Pointer  // c [rows, convolution.stride], saved
  let gatedGradient: Pointer  // [rows, convolution.stride]
  let mixed, mixedGradient: Pointer  // r [rows, inner]

  init(_ primitive: HyenaExperts, _ site: inout KernelSite) {
    let dim = primitive.convolution.dim
    (inner, time) = (primitive.inner, site.time)
    experts = primitive.routing.experts
    convolution = GatedLongConvolutionKernel(primitive.convolution, &site)
    router = Router(primitive.routing, dim: dim, &site)
    outProjection = site.linear("out_proj.weight", bias: "out_proj.bias", inputs: inner, outputs: dim)
    gated = site.saved(site.rows * convolution.stride)
    gatedGradient = site.scratch(site.rows * convolution.stride)
    mixed = site.scratch(site.rows * inner)
    mixedGradient = site.scratch(site.rows * inner)
  }

  func beginStep() { convolution.beginStep() }
  func endStep() { convolution.endStep() }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    router.forward(x, rows: rows)
    convolution.forward(x, into: gated, sequences: sequences)
    mix(rows: rows)
    outProjection.forward(mixed, into: y, rows: rows, adding: true)
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    mix(rows: rows)
    outProjection.backwardWeight(dy, mixed, rows: rows)
    outProjection.backwardInput(dy, into: mixedGradient, rows: rows)
    mixBackward(rows: rows)
    router.backward(x, into: dx, rows: rows)
    convolution.backward(x, gatedGradient, gated: gated, into: dx, sequences: sequences)
  }

  /// `r[i] = Σ_e p[e] c[i·experts + e]`.
  private func mix(rows: Int) {
    let (inner, experts) = (inner, experts)
    for row in 0..<rows {
      let (c, p, r) = (gated + row * convolution.stride, router.p + row * experts, mixed + row * inner)
      for i in 0..<inner {
        var sum: Float = 0
        for e in 0..<experts { sum += p[e] * c[i * experts + e] }
        r[i] = sum
      }
    }
  }

  private func mixBackward(rows: Int) {
    let (inner, experts) = (inner, experts)
    for row in 0..<rows {
      let (c, p, dr) = (gated + row * convolution.stride, router.p + row * experts, mixedGradient + row * inner)
      let (dc, dp) = (gatedGradient + row * convolution.stride, router.gradient + row * experts)
      for e in 0..<experts { dp[e] = 0 }
      for i in 0..<inner {
        for e in 0..<experts {
          dp[e] += dr[i] * c[i * experts + e]
          dc[i * experts + e] = dr[i] * p[e]
        }
      }
    }
  }
}
