import MADTasks
import Testing

@Suite("In-context recall")
struct InContextRecallTests {
  @Test("every sequence keeps the definition", arguments: RandomSettings.of("in-context-recall"))
  func definition(_ sample: Sample) {
    let (vocabulary, length) = (sample.task.vocabulary, sample.task.length)
    for split in Split.allCases {
      for example in sample.examples(split, 20) {
        #expect(example.tokens.count == length - 1 && example.targets.count == length - 1)
        var map: [Int32: Int32] = [:]
        for position in stride(from: 0, to: length, by: 2) {
          let key = example.tokens[position]
          #expect((0..<Int32(vocabulary / 2)).contains(key))
          let isLast = position == length - 2
          // The last value is cut off, and shows in the target only.
          let value = isLast ? example.targets[position] : example.tokens[position + 1]
          #expect((Int32(vocabulary / 2)..<Int32(vocabulary)).contains(value))
          if let known = map[key] { #expect(value == known) } else { #expect(!isLast) }
          switch split {
          case .training:
            #expect(example.targets[position] == value)
            if !isLast { #expect(example.targets[position + 1] == example.tokens[position + 2]) }
          case .test:
            #expect(example.targets[position] == (map[key] ?? -100))
            if !isLast { #expect(example.targets[position + 1] == -100) }
          }
          map[key] = value
        }
      }
    }
  }

  @Test("keys and first values are uniform and do not depend on each other")
  func uniform() {
    let examples = baseline(InContextRecall.self).examples(.training, 4000)
    let keys = examples.flatMap { example in (0..<63).map { Int(example.tokens[2 * $0]) } }
    #expect(isUniform(histogram(keys, bound: 8)))
    let firstPairs = examples.map { Int($0.tokens[0]) * 8 + Int($0.tokens[1]) - 8 }
    #expect(isUniform(histogram(firstPairs, bound: 64)))
  }

  @Test("the last key is uniform over the keys shown, however often each was")
  func probe() throws {
    // Three pairs before the last; with 50 keys nearly always three different ones.
    let task = try MADTasks.setting("in-context-recall(vocabulary=100, length=8)")
    let places = Sample(task: task, dataSeed: 3).examples(.test, 6000).compactMap { example -> Int? in
      let keys = [0, 2, 4].map { example.tokens[$0] }
      return Set(keys).count == 3 ? keys.firstIndex(of: example.tokens[6]) : nil
    }
    #expect(places.count > 5000 && isUniform(histogram(places, bound: 3)))

    let repeated = Sample(task: task, dataSeed: 4).examples(.test, 60_000).compactMap { example -> Int? in
      let keys = [0, 2, 4].map { example.tokens[$0] }
      guard Set(keys).count == 2 else { return nil }
      return keys.filter { $0 == example.tokens[6] }.count - 1
    }
    #expect(repeated.count > 2000 && isUniform(histogram(repeated, bound: 2)))
  }
}
