import Engine

/// The channel mixer of RWKV-6 (Finch; Peng et al. 2024, arXiv 2404.05892):
///
///     shift(x)_t = x_t + (x_{t−1} − x_t) ⊙ mix        with a mix [dim] for k and one for r
///     y = sigmoid(Wᵣ shiftᵣ(x)) ⊙ Wᵥ relu(Wₖ shiftₖ(x))²        [rows, dim], inner width 4 dim unless given
///
/// The computation is that of `RWKVChannelMixing`.
struct RWKV6ChannelMixer: Primitive {
  static let specification = PrimitiveSpecification(
    name: "rwkv6-channel-mixer", family: .channelMixer,
    summary: "gated squared-ReLU MLP on a token shift: sigmoid(Wᵣxᵣ) ⊙ Wᵥ relu(Wₖxₖ)²",
    source: "arXiv 2404.05892 (Finch)",
    options: RWKVChannelMixing.options)

  let mixing: RWKVChannelMixing

  init(_ options: OptionValues, in context: ModelContext) throws {
    mixing = RWKVChannelMixing(options, in: context, share: .previous)
  }

  var parameters: [Parameter] { mixing.parameters }

  func costs(time: Int) -> Costs { mixing.costs }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { mixing.makeKernel(&site) }
}
