import MADTasks
import Testing

@Suite("Noisy in-context recall")
struct NoisyInContextRecallTests {
  @Test("every sequence keeps the definition", arguments: RandomSettings.of("noisy-in-context-recall"))
  func definition(_ sample: Sample) throws {
    let length = sample.task.length
    let firstNoise = Int32(sample.task.vocabulary - (try integer("noise_tokens", of: sample.task)))
    let firstValue = firstNoise / 2
    for split in Split.allCases {
      for example in sample.examples(split, 20) {
        #expect(example.tokens.count == length - 1 && example.targets.count == length - 1)
        var map: [Int32: Int32] = [:]
        for position in stride(from: 0, to: length, by: 2) {
          let isLast = position == length - 2
          let first = example.tokens[position]
          let second = isLast ? example.targets[position] : example.tokens[position + 1]
          let isNoise = first >= firstNoise
          if isNoise {
            #expect(!isLast && second >= firstNoise && second < Int32(sample.task.vocabulary))
          } else {
            #expect(first < firstValue && (firstValue..<firstNoise).contains(second))
            if let known = map[first] { #expect(second == known) } else { #expect(!isLast) }
          }
          switch split {
          case .training:
            #expect(example.targets[position] == second)
            if !isLast { #expect(example.targets[position + 1] == example.tokens[position + 2]) }
          case .test:
            #expect(example.targets[position] == (isNoise ? -100 : map[first] ?? -100))
            if !isLast { #expect(example.targets[position + 1] == -100) }
          }
          if !isNoise { map[first] = second }
        }
      }
    }
  }

  @Test("the share of noise pairs is as asked", arguments: ["0.2", "0.4", "0.8"])
  func share(_ noise: String) throws {
    let task = try NoisyInContextRecall([("noise", noise)])
    let pairs = Sample(task: task, dataSeed: 2).examples(.training, 2000).flatMap { example -> [Int] in
      (0..<63).map { example.tokens[2 * $0] >= 16 ? 1 : 0 }
    }
    // One of the 63 is never noise.
    let expected = try #require(Double(noise)) * 62 / 63 * Double(pairs.count)
    #expect(isPlausible(histogram(pairs, bound: 2), expected: [Double(pairs.count) - expected, expected]))
  }

  @Test("with all noise one uniformly placed pair is left; without noise there is none")
  func extremes() throws {
    let all = Sample(task: try NoisyInContextRecall([("noise", "1")]), dataSeed: 2)
    let places = all.examples(.test, 5000).map { example -> Int in
      let real = (0..<63).filter { example.tokens[2 * $0] < 16 }
      #expect(real.count == 1 && example.tokens[126] == example.tokens[2 * real[0]])
      #expect(example.targets.filter { $0 != -100 } == [example.tokens[2 * real[0] + 1]])
      return real[0]
    }
    #expect(isUniform(histogram(places, bound: 63)))
    let none = Sample(task: try NoisyInContextRecall([("noise", "0")]), dataSeed: 2)
    #expect(none.examples(.test, 200).allSatisfy { $0.tokens.allSatisfy { $0 < 16 } })
  }

  @Test("noise tokens, keys and first values are uniform")
  func uniform() {
    let examples = baseline(NoisyInContextRecall.self).examples(.test, 3000)
    let tokens = examples.flatMap { example -> [Int] in example.tokens.dropLast().map(Int.init) }
    #expect(isUniform(histogram(tokens.filter { $0 >= 16 }.map { $0 - 16 }, bound: 16)))
    #expect(isUniform(histogram(tokens.filter { $0 < 8 }, bound: 8)))
    let firstValues = examples.compactMap { example -> Int? in
      example.tokens.first { (8..<16).contains($0) }.map { Int($0) - 8 }
    }
    #expect(isUniform(histogram(firstValues, bound: 8)))
  }
}
