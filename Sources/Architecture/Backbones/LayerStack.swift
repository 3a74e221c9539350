import Engine

/// The embedding and the layers of a model on one thread: `x += primitive(norm(x))`, layer after layer.
final class LayerStack {
  static func normName(_ layer: Int) -> String { "blocks.\(layer).norm" }

  static func mixerName(_ layer: Int, member: Int, of count: Int) -> String {
    count == 1 ? "blocks.\(layer).mixer" : "blocks.\(layer).mixer.\(member)"
  }

  /// The tensors of one layer under their names in the model.
  static func parameters(
    _ group: [any Primitive], layer: Int, _ norm: Normalization, dim: Int
  ) -> [Parameter] {
    func named(_ parameters: [Parameter], _ prefix: String) -> [Parameter] {
      parameters.map { $0.renamed("\(prefix).\($0.name)") }
    }
    return named(norm.parameters(dim: dim), normName(layer))
      + group.enumerated().flatMap { member, primitive in
        named(primitive.parameters, mixerName(layer, member: member, of: group.count))
      }
  }

  private let dim: Int
  private let time: Int
  private let embedding: ParameterPointers
  private let layers: [(norm: NormalizationKernel, members: [any Kernel])]
  let output: Pointer  // the residual stream [rows, dim], saved
  private let input: Pointer  // a layer's normalised input [rows, dim]
  private let inputGradient: Pointer  // [rows, dim]

  init(_ model: Model, _ site: inout KernelSite, tensors: @escaping (String) -> ParameterPointers) {
    dim = model.context.dim
    time = site.time
    embedding = tensors(Embedding.name)
    output = site.saved(site.rows * dim)
    input = site.saved(site.rows * dim)
    inputGradient = site.saved(site.rows * dim)
    var layers: [(norm: NormalizationKernel, members: [any Kernel])] = []
    for (index, group) in model.layers.enumerated() {
      let norm = NormalizationKernel(model.norm, name: Self.normName(index), dim: dim, &site)
      var members: [any Kernel] = []
      for (member, primitive) in group.enumerated() {
        let name = Self.mixerName(index, member: member, of: group.count)
        var part = site.layer { tensors("\(name).\($0)") }
        members.append(primitive.makeKernel(&part))
        site.workspace = part.workspace
      }
      layers.append((norm, members))
    }
    site.workspace.beginLayer()
    self.layers = layers
  }

  func beginStep() { for layer in layers { for member in layer.members { member.beginStep() } } }
  func endStep() { for layer in layers { for member in layer.members { member.endStep() } } }

  /// Fills `output` for `tokens [sequences, time]`.
  func forward(_ tokens: UnsafePointer<Int32>, sequences: Int) {
    let rows = sequences * time
    Embedding.forward(tokens, embedding.value, into: output, rows: rows, dim: dim)
    for layer in layers {
      layer.norm.forward(output, into: input, rows: rows)
      for member in layer.members { member.forward(input, into: output, sequences: sequences) }
    }
  }

  /// Takes `gradient = ∂loss/∂output [rows, dim]` down through the layers and adds every parameter's gradient.
  func backward(_ tokens: UnsafePointer<Int32>, gradient: Pointer, sequences: Int) {
    let rows = sequences * time
    for layer in layers.reversed() {
      layer.norm.output(into: input, rows: rows)
      inputGradient.update(repeating: 0, count: rows * dim)
      for member in layer.members { member.backward(input, gradient, into: inputGradient, sequences: sequences) }
      layer.norm.backward(inputGradient, into: gradient, rows: rows)
    }
    Embedding.backward(tokens, gradient, into: embedding.gradient, rows: rows, dim: dim)
  }
}
