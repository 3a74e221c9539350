import MADTasks
import Testing

@Suite("Selective copying")
struct SelectiveCopyingTests {
  @Test("every sequence keeps the definition", arguments: RandomSettings.of("selective-copying"))
  func definition(_ sample: Sample) throws {
    let (vocabulary, length) = (sample.task.vocabulary, sample.task.length)
    let copies = try integer("copies", of: sample.task)
    let (blank, copy) = (Int32(vocabulary - 2), Int32(vocabulary - 1))
    for split in Split.allCases {
      for example in sample.examples(split, 20) {
        #expect(example.tokens.count == length && example.targets.count == length)
        let body = example.tokens.prefix(length - copies - 1)
        let content = body.filter { $0 != blank }
        #expect(content.count == copies && content.allSatisfy { (0..<blank).contains($0) })
        // Blanks lie before content tokens, never behind the last.
        #expect(body.last != blank)
        #expect(example.tokens[length - copies - 1] == copy)
        #expect(example.tokens.suffix(copies).allSatisfy { $0 == blank })
        #expect(example.targets.prefix(length - copies).allSatisfy { $0 == -100 })
        #expect(Array(example.targets.suffix(copies)) == content)
      }
    }
  }

  @Test("blanks are uniform over the gaps and content over its tokens")
  func uniform() {
    var gaps = [Int](repeating: 0, count: 16)
    var content: [Int] = []
    for example in baseline(SelectiveCopying.self).examples(.training, 2000) {
      var gap = 0
      for token in example.tokens.prefix(256 - 17) {
        if token == 14 {
          gaps[gap] += 1
        } else {
          content.append(Int(token))
          gap += 1
        }
      }
    }
    #expect(isUniform(gaps))
    #expect(isUniform(histogram(content, bound: 14)))
  }

  @Test("blanks choose their gaps one by one")
  func independent() throws {
    // Two blanks and two gaps: both in the first with probability 1/4, one in each 1/2.
    let task = try MADTasks.setting("selective-copying(length=7, copies=2)")
    let firstGaps = Sample(task: task, dataSeed: 1).examples(.test, 4000).map { example in
      example.tokens.prefix { $0 == 14 }.count
    }
    #expect(isPlausible(histogram(firstGaps, bound: 3), expected: [1000, 2000, 1000]))
  }
}
