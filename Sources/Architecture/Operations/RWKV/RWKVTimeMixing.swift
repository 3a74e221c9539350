import Engine

/// What the time mixers of RWKV-5 and RWKV-6 have in common: options, the tensors that both have, and their costs.
struct RWKVTimeMixing {
  let dim, headDim: Int

  var heads: Int { dim / headDim }

  static let options: [any DeclaredOption] = [headDimOption]
  private static let headDimOption = Option.integer(
    "head_dim", default: 16, in: 1...1_024, "channels of a head, which has a state of head_dim² numbers")

  init(_ options: OptionValues, in context: ModelContext, primitive: String) throws {
    dim = context.dim
    headDim = options[Self.headDimOption]
    guard dim.isMultiple(of: headDim) else {
      throw ArchitectureError.unsuitable(
        primitive: primitive, reason: "head_dim must divide the width \(dim), found \(headDim)")
    }
  }

  var parameters: [Parameter] {
    [.vector("bonus", [heads, headDim], RWKVRamps.bonus)]
      + ["receptance", "key", "value", "gate", "output"].map { .matrix("\($0).weight", [dim, dim]) }
      + [.vector("ln_x.weight", [dim], .ones), .vector("ln_x.bias", [dim], .zeros)]
  }

  /// Five projections and the scan with its bonus; the state is that of the heads and the previous position.
  var costs: Costs {
    let scan = DecayScan<ReadsOldState>.flops(heads: heads, width: headDim) + 4 * Double(dim)
    return Costs(forwardFLOPs: 10 * Double(dim) * Double(dim) + scan, state: dim * headDim + dim)
  }

  func makeRecurrence(
    constantDecay: Bool, epsilon: Float, _ site: inout KernelSite
  ) -> GatedRecurrence<ReadsOldState> {
    GatedRecurrence(
      Heads(count: heads, width: headDim, time: site.time), constantDecay: constantDecay, epsilon: epsilon,
      tensors: .init(
        bonus: site.parameter("bonus"), normWeight: site.parameter("ln_x.weight"),
        normBias: site.parameter("ln_x.bias"), output: site.linear("output.weight", inputs: dim, outputs: dim)),
      &site)
  }
}
