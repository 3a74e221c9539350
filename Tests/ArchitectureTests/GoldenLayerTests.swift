import Architecture
import Engine
import TestSupport
import Testing

@Suite("Layers against golden vectors")
struct GoldenLayerTests {
  @Test(
    "output, input gradient and every parameter gradient match", arguments: GoldenCase.all("layer"),
    ProductLibrary.allCases)
  func layer(_ golden: GoldenCase, library: ProductLibrary) throws {
    let entry = golden.entry
    let file = try golden.tensors
    let choice = try GoldenCase.primitive(try #require(entry.layer), entry.config)
    let primitive = try choice.type.init(choice.options, in: ModelContext(dim: entry.D, maxLength: entry.max_length))
    let run = LayerRun(primitive, batch: entry.B, time: entry.T, dim: entry.D, library: library)
    let names = Array(entry.parameters.keys) + Array(entry.buffers.keys)
    var found: Set<String> = []
    for parameter in primitive.parameters {
      let name = GoldenCase.goldenName(parameter.name, among: names)
      let shape = parameter.isTrained ? entry.parameters[name] : entry.buffers[name]
      #expect(shape == parameter.shape, "\(parameter.name)")
      let values = try file.floats((parameter.isTrained ? "param." : "buffer.") + name)
      let target = try #require(run.weights[parameter.name])
      guard target.count == values.count else { continue }
      for (i, value) in values.enumerated() { target.pointer[i] = value }
      found.insert(name)
    }
    #expect(found == Set(names))

    let (x, dy) = (try file.floats("x"), try file.floats("dy"))
    let tolerance = entry.layer == "linear-attention" || entry.layer == "mh-linear-attention" ? 1e-4 : 2e-5
    // Whole batch; then sequence by sequence, on memory that the first run has left dirty.
    for sequences in [entry.B, 1] {
      let (y, dx) = run.run(x, dy: dy, sequences: sequences)
      #expect(relativeError(y, try file.floats("y")) <= tolerance, "y")
      #expect(relativeError(dx, try file.floats("dx")) <= tolerance, "dx")
      for parameter in primitive.parameters where parameter.isTrained {
        let name = GoldenCase.goldenName(parameter.name, among: names)
        let error = relativeError(run.gradients[parameter.name]!.values, try file.floats("grad.\(name)"))
        #expect(error <= tolerance, "grad.\(name)")
      }
    }
  }
}
