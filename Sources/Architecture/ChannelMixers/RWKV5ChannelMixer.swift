import Engine

/// The channel mixer of RWKV-5 (Eagle; Peng et al. 2024, arXiv 2404.05892):
///
///     shift(x)_t = x_t ⊙ mix + x_{t−1} ⊙ (1 − mix)        with a mix [dim] for k and one for r
///     y = sigmoid(Wᵣ shiftᵣ(x)) ⊙ Wᵥ relu(Wₖ shiftₖ(x))²        [rows, dim], inner width 4 dim unless given
///
/// The computation is that of `RWKVChannelMixing`.
struct RWKV5ChannelMixer: Primitive {
  static let specification = PrimitiveSpecification(
    name: "rwkv5-channel-mixer", family: .channelMixer,
    summary: "gated squared-ReLU MLP on a token shift: sigmoid(Wᵣxᵣ) ⊙ Wᵥ relu(Wₖxₖ)²",
    source: "arXiv 2404.05892 (Eagle)",
    options: RWKVChannelMixing.options)

  let mixing: RWKVChannelMixing

  init(_ options: OptionValues, in context: ModelContext) throws {
    mixing = RWKVChannelMixing(options, in: context, share: .present)
  }

  var parameters: [Parameter] { mixing.parameters }

  func costs(time: Int) -> Costs { mixing.costs }

  func makeKernel(_ site: inout KernelSite) -> any Kernel { mixing.makeKernel(&site) }
}
