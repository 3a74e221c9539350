import Engine

/// What turns the residual stream into logits, and back.
protocol Head: AnyObject {
  static func parameters(vocabulary: Int, _ context: ModelContext, _ norm: Normalization) -> [Parameter]

  static func costs(vocabulary: Int, dim: Int) -> Costs

  init(_ model: Model, _ site: inout KernelSite)

  /// `[rows, vocabulary]`; holds logits after `forward`, and their gradient before `backward`.
  var logits: Pointer { get }

  /// Fills `logits` from the residual stream `x [sequences, time, dim]`.
  func forward(_ x: UnsafePointer<Float>, sequences: Int)

  /// Fills `dx [sequences, time, dim]` and adds the head's parameter gradients.
  func backward(into dx: Pointer, sequences: Int)
}

/// The `language-model` backbone's end: `logits = unembed(final_norm(x))` at every position.
final class LanguageModelHead: Head {
  static func parameters(vocabulary: Int, _ context: ModelContext, _ norm: Normalization) -> [Parameter] {
    norm.parameters(dim: context.dim).map { $0.renamed("final_norm.\($0.name)") }
      + linear("unembed", inputs: context.dim, outputs: vocabulary)
  }

  /// A weight `[outputs, inputs]` and a bias, with PyTorch's initial values.
  static func linear(_ name: String, inputs: Int, outputs: Int) -> [Parameter] {
    [.matrix("\(name).weight", [outputs, inputs]), .vector("\(name).bias", [outputs], .linear(inputs: inputs))]
  }

  /// The unembedding, which has no state.
  static func costs(vocabulary: Int, dim: Int) -> Costs {
    Costs(forwardFLOPs: 2 * Double(dim) * Double(vocabulary), state: 0)
  }

  let logits: Pointer
  private let dim, vocabulary, time: Int
  private let norm: NormalizationKernel
  private let weight, bias: ParameterPointers
  private let normalized: Pointer  // [rows, dim]; its gradient in the backward pass

  init(_ model: Model, _ site: inout KernelSite) {
    (dim, vocabulary, time) = (model.context.dim, model.vocabulary, site.time)
    norm = NormalizationKernel(model.norm, name: "final_norm", dim: dim, &site)
    (weight, bias) = (site.parameter("unembed.weight"), site.parameter("unembed.bias"))
    logits = site.saved(site.rows * vocabulary)
    normalized = site.scratch(site.rows * dim)
  }

  func forward(_ x: UnsafePointer<Float>, sequences: Int) {
    let rows = sequences * time
    norm.forward(x, rows: rows)
    norm.output(into: normalized, rows: rows)
    Linear.forward(normalized, weight: weight.value, into: logits, rows: rows, inputs: dim, outputs: vocabulary)
    Linear.addBias(bias.value, to: logits, rows: rows, columns: vocabulary)
  }

  func backward(into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    norm.output(into: normalized, rows: rows)
    Linear.backwardWeight(logits, normalized, into: weight.gradient, rows: rows, inputs: dim, outputs: vocabulary)
    Linear.backwardBias(logits, into: bias.gradient, rows: rows, columns: vocabulary)
    Linear.backwardInput(logits, weight: weight.value, into: normalized, rows: rows, inputs: dim, outputs: vocabulary)
    dx.update(repeating: 0, count: rows * dim)
    norm.backward(normalized, into: dx, rows: rows)
  }
}
