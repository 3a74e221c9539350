import Architecture
import Testing

@Suite("What a model consists of")
struct ModelPartsTests {
  private static func primitive(_ name: String) throws -> LayerPrimitive {
    let (type, options) = try Primitives.named(name)
    return LayerPrimitive(type: type, options: try OptionValues(options, for: type.specification))
  }

  @Test("the parts hold every tensor once, and their counts and costs add up", arguments: Model.Backbone.allCases)
  func sums(_ backbone: Model.Backbone) throws {
    let every = try Primitives.all.map { [try Self.primitive($0.specification.name)] }
    let group = try ["attention", "mlp"].map(Self.primitive)
    let model = try Model(
      layers: every + [group], context: ModelContext(dim: 64, maxLength: 32), vocabulary: 11, backbone: backbone,
      norm: .layerNorm)
    let parts = model.parts
    #expect(parts.layers.count == Primitives.all.count + 1)
    let names = parts.all.flatMap { $0.tensors.map(\.parameter.name) }
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(model.tensors.all.map(\.parameter.name)))
    #expect(parts.all.reduce(0) { $0 + $1.parameterCount } == model.parameterCount)
    #expect(parts.all.reduce(.none) { $0 + $1.costs(time: 32) } == model.costs(time: 32))
    #expect(parts.embedding.tensors.map(\.parameter.name) == ["token_embeds.weight"])
    #expect(parts.embedding.costs(time: 32) == .none)
    for (index, part) in parts.layers.enumerated() {
      #expect(part.tensors.allSatisfy { $0.parameter.name.hasPrefix("blocks.\(index).") })
      let members = model.layers[index]
      #expect(part.parameterCount == members.reduce(2 * 64) { $0 + $1.parameterCount })
      #expect(part.costs(time: 32) == members.reduce(.none) { $0 + $1.costs(time: 32) })
    }
    let decoder = backbone == .autoEncoder ? 2 * (2 * 64 + 64 * 64 + 64) : 0
    #expect(parts.head.parameterCount == 2 * 64 + 64 * 11 + 11 + decoder)
  }

  @Test("tensors fill the buffer without gaps, trained ones first")
  func places() throws {
    let layers = try ["hyena", "swiglu"].map { [try Self.primitive($0)] }
    let tensors = try Model(layers: layers, context: ModelContext(dim: 48, maxLength: 9), vocabulary: 7).tensors
    #expect(tensors.all.first?.offset == 0)
    #expect(zip(tensors.all, tensors.all.dropFirst()).allSatisfy { $0.range.upperBound == $1.offset })
    #expect(tensors.trained.last?.range.upperBound == tensors.trainedCount)
    #expect(tensors.all.last?.range.upperBound == tensors.count)
    #expect(tensors.constants.map(\.parameter.name) == ["blocks.0.mixer.filter.t", "blocks.0.mixer.filter.delta"])
  }

  @Test("a matrix has more inputs in a wider model, and nothing else grows on more than one side")
  func roles() throws {
    for type in Primitives.all {
      let options = try OptionValues([], for: type.specification)
      let (narrow, wide) = (
        try type.init(options, in: ModelContext(dim: 64, maxLength: 32)).parameters,
        try type.init(options, in: ModelContext(dim: 128, maxLength: 32)).parameters
      )
      for (a, b) in zip(narrow, wide) {
        let growing = zip(a.shape, b.shape).count { $0 < $1 }
        switch (a.role, b.role) {
        case (.matrix(let few), .matrix(let many)):
          #expect(a.shape.contains(few) && b.shape.contains(many))
          #expect(few < many || b.name == "gk_proj1.weight", "\(type.specification.name) \(b.name)")
        case (.vector, .vector), (.constant, .constant):
          #expect(growing <= 1, "\(type.specification.name) \(b.name)")
        default: Issue.record("\(type.specification.name) \(b.name) is a \(a.role) and a \(b.role)")
        }
      }
    }
  }
}
