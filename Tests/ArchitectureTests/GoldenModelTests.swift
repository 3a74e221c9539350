import Architecture
import Engine
import TestSupport
import Testing
import Training

@Suite("Models against golden vectors")
struct GoldenModelTests {
  @Test(
    "loss, logits, gradients and three AdamW steps match", arguments: GoldenCase.all("model"),
    [(1, .libxsmm), (2, .libxsmm), (1, .openBLAS)] as [(Int, ProductLibrary)])
  func model(_ golden: GoldenCase, setting: (threads: Int, library: ProductLibrary)) throws {
    let entry = golden.entry
    let file = try golden.tensors
    let backbone = try #require(Model.Backbone(rawValue: entry.backbone ?? ""))
    let norm = try #require(Normalization(rawValue: entry.norm ?? ""))
    let layers = try #require(entry.layers).map { [try GoldenCase.primitive($0, entry.layer_config?[$0] ?? nil)] }
    let model = try Model(
      layers: layers, context: ModelContext(dim: entry.D, maxLength: entry.max_length),
      vocabulary: try #require(entry.vocab), backbone: backbone, norm: norm)
    let weights = model.makeWeights(seed: 1)
    let names = Array(entry.parameters.keys) + Array(entry.buffers.keys)
    #expect(Set(model.tensors.all.map { GoldenCase.goldenName($0.parameter.name, among: names) }) == Set(names))
    for tensor in model.tensors.all {
      let name = GoldenCase.goldenName(tensor.parameter.name, among: names)
      let values = try file.floats((tensor.parameter.isTrained ? "param." : "buffer.") + name)
      try #require(values.count == tensor.parameter.count)
      for (i, value) in values.enumerated() { weights.pointer[tensor.offset + i] = value }
    }

    let settings = try #require(entry.optimizer)
    let trainer = Trainer(
      model, weights: weights,
      optimizer: AdamW(
        weightDecay: settings.weight_decay, beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.eps),
      time: entry.T, threads: setting.threads, microBatch: entry.T, library: setting.library)
    let (ids, targets) = (try file.integers("ids"), try file.integers("targets"))
    let expectedLoss = try file.floats("loss")
    let size = entry.B * entry.T
    let logits = Buffer(count: size * model.vocabulary)
    let vocabulary = model.vocabulary
    _ = trainer.evaluate(tokens: Array(ids[0..<size])) { position, line in
      for i in 0..<vocabulary { logits.pointer[position * vocabulary + i] = line[i] }
      return 0
    }
    #expect(relativeError(logits.values, try file.floats("logits")) <= 5e-5, "logits")

    var tinyGradient: [String: [Bool]] = [:]
    let steps = try #require(entry.steps)
    for step in 0..<steps {
      let range = step * size..<(step + 1) * size
      let result = trainer.train(
        tokens: Array(ids[range]), targets: Array(targets[range]), learningRate: settings.lr)
      #expect(abs(result.loss / Double(expectedLoss[step]) - 1) <= 1e-5, "loss of step \(step)")
      guard step == 0 else { continue }
      for tensor in model.tensors.trained {
        let name = GoldenCase.goldenName(tensor.parameter.name, among: names)
        let expected = try file.floats("grad.\(name)")
        let found = Array(UnsafeBufferPointer(start: trainer.gradients.pointer + tensor.offset, count: expected.count))
        #expect(relativeError(found, expected) <= 5e-5, "grad.\(name)")
        tinyGradient[name] = expected.map { abs($0) < 1e-6 }
      }
    }
    for tensor in model.tensors.trained {
      let name = GoldenCase.goldenName(tensor.parameter.name, among: names)
      let expected = try file.floats("after.\(name)")
      for (i, value) in expected.enumerated() {
        let bound = tinyGradient[name]![i] ? 2 * settings.lr * Double(steps) : 5e-5
        let difference = abs(Double(weights.pointer[tensor.offset + i]) - Double(value))
        #expect(difference <= bound, "after.\(name)[\(i)]")
      }
    }
  }
}
