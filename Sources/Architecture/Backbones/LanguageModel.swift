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
  private let dim, time: Int
  private let norm: NormalizationKernel
  private let unembedding: LinearMap
  private let normalized: Pointer  // [rows, dim]; its gradient in the backward pass

  init(_ model: Model, _ site: inout KernelSite) {
    (dim, time) = (model.context.dim, site.time)
    norm = NormalizationKernel(model.norm, name: "final_norm", dim: dim, &site)
    unembedding = site.linear("unembed.weight", bias: "unembed.bias", inputs: dim, outputs: model.vocabulary)
    logits = site.saved(site.rows * model.vocabulary)
    normalized = site.scratch(site.rows * dim)
  }

  func forward(_ x: UnsafePointer<Float>, sequences: Int) {
    let rows = sequences * time
    norm.forward(x, into: normalized, rows: rows)
    unembedding.forward(normalized, into: logits, rows: rows)
  }

  func backward(into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    norm.output(into: normalized, rows: rows)
    unembedding.backwardWeight(logits, normalized, rows: rows)
    unembedding.backwardInput(logits, into: normalized, rows: rows)
    dx.update(repeating: 0, count: rows * dim)
    norm.backward(normalized, into: dx, rows: rows)
  }
}
