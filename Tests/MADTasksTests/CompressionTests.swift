import MADTasks
import Testing

@Suite("Compression")
struct CompressionTests {
  @Test("every sequence keeps the definition", arguments: RandomSettings.of("compression"))
  func definition(_ sample: Sample) {
    let last = Int32(sample.task.vocabulary - 1)
    for split in Split.allCases {
      for example in sample.examples(split, 20) {
        #expect(example.tokens.count == sample.task.length)
        #expect(example.tokens.last == last && example.tokens.dropLast().allSatisfy { (0..<last).contains($0) })
        #expect(example.targets == example.tokens)
      }
    }
  }

  @Test("tokens are uniform and independent of their neighbours")
  func uniform() {
    let tokens = baseline(Compression.self).examples(.training, 3000).flatMap { $0.tokens.dropLast().map(Int.init) }
    #expect(isUniform(histogram(tokens, bound: 15)))
    let pairs = stride(from: 0, to: tokens.count - 1, by: 2).map { tokens[$0] * 15 + tokens[$0 + 1] }
    #expect(isUniform(histogram(pairs, bound: 225)))
  }

  @Test("the backbone is an auto-encoder, and a language model for the other tasks")
  func backbone() {
    for task in FullProtocolSettings.baselines {
      #expect(task.backbone == (task is Compression ? .autoEncoder : .languageModel))
    }
  }
}
