import MADTasks
import Testing

@Suite("Fuzzy in-context recall")
struct FuzzyInContextRecallTests {
  /// A sequence of the task taken apart: key tokens and value tokens differ, so the pairs can be read off.
  struct Reading {
    struct Pair: Equatable {
      let start: Int
      let key, value: [Int32]
      var end: Int { start + key.count + value.count }
      func says(_ other: Pair) -> Bool { key == other.key && value == other.value }
    }

    /// L + 1 tokens: the input and the last target.
    let tokens: [Int32]
    let padding: Int
    /// With positions counted behind the padding.
    let pairs: [Pair]

    init(_ example: Example, _ task: any MADTask) throws {
      tokens = example.tokens + [try #require(example.targets.last)]
      let (pad, firstValue) = (Int32(task.vocabulary - 1), Int32((task.vocabulary - 1) / 2))
      let written = tokens.drop { $0 == pad }
      #expect(!written.contains(pad))
      padding = tokens.count - written.count
      var pairs: [Pair] = []
      var rest = written
      while !rest.isEmpty {
        let key = Array(rest.prefix { $0 < firstValue })
        rest = rest.dropFirst(key.count)
        let value = Array(rest.prefix { $0 >= firstValue })
        rest = rest.dropFirst(value.count)
        pairs.append(Pair(start: pairs.last?.end ?? 0, key: key, value: value))
      }
      self.pairs = pairs
    }
  }

  @Test("every sequence keeps the definition", arguments: RandomSettings.of("fuzzy-in-context-recall", count: 60))
  func definition(_ sample: Sample) throws {
    let length = sample.task.length
    let most = (key: try integer("key_length", of: sample.task), value: try integer("value_length", of: sample.task))
    for split in Split.allCases {
      for example in sample.examples(split, 20) {
        #expect(example.tokens.count == length && example.targets.count == length)
        let reading = try Reading(example, sample.task)
        #expect(reading.padding >= 1)
        let probe = try #require(reading.pairs.last)
        var map: [[Int32]: [Int32]] = [:]
        var asked = [Int32](repeating: -100, count: reading.padding)
        for pair in reading.pairs {
          #expect((split == .test ? most.key...most.key : 1...most.key).contains(pair.key.count))
          #expect((1...most.value).contains(pair.value.count))
          #expect(Set(pair.key).count == pair.key.count && Set(pair.value).count == pair.value.count)
          asked += pair.key.map { _ in -100 }
          asked += map[pair.key] == nil ? pair.value.map { _ in -100 } : pair.value
          if let known = map[pair.key] { #expect(pair.value == known) }
          map[pair.key] = pair.value
        }
        // The probe came up before the end.
        #expect(reading.pairs.dropLast().contains { $0.says(probe) })
        // Another pair begins as long as it, another and the probe fit.
        let lastStart = length - (probe.key.count + probe.value.count) - most.key - most.value
        #expect(reading.pairs.dropLast().allSatisfy { $0.start <= lastStart } && probe.start > lastStart)
        switch split {
        case .training: #expect(example.targets == Array(reading.tokens.dropFirst()))
        case .test: #expect(example.targets == Array(asked.dropFirst()))
        }
      }
    }
  }

  @Test("the probe is first shown at the first pair boundary at or after a uniform start, or at the last one")
  func probePlace() throws {
    // Keys and values of one token: pairs begin at 0, 2, … and a probe pair has two tokens. 500 keys seldom recur.
    let task = try MADTasks.setting("fuzzy-in-context-recall(vocabulary=1001, length=24, key_length=1, value_length=1)")
    // Starts are 0 … 19, boundaries at most 20: start 0 gives boundary 0, starts 1 and 2 give 2, …, 19 gives 20.
    let places = try Sample(task: task, dataSeed: 8).examples(.test, 8000).map { example in
      let pairs = try Reading(example, task).pairs
      #expect(pairs.last?.start == 22)
      return try #require(pairs.firstIndex { $0.says(pairs[pairs.count - 1]) })
    }
    // A probe that comes up by itself is shown earlier: seldom, with 500 keys and at most 10 pairs.
    let expected = (0...10).map { (($0 == 0 || $0 == 10) ? 1.0 : 2.0) / 20 * 8000 }
    #expect(isPlausible(histogram(places, bound: 11), expected: expected))
  }

  @Test("keys, values and their lengths are uniform")
  func uniform() throws {
    let sample = baseline(FuzzyInContextRecall.self)
    let first = try sample.examples(.training, 12_000).map { try #require(try Reading($0, sample.task).pairs.first) }
    #expect(isUniform(histogram(first.map { $0.key.count - 1 }, bound: 3)))
    #expect(isUniform(histogram(first.map { $0.value.count - 1 }, bound: 3)))
    for count in 1...3 {
      let keys = first.map(\.key).filter { $0.count == count }.map { key in key.reduce(0) { $0 * 7 + Int($1) } }
      let kinds = Set(keys).sorted()
      #expect(kinds.count == [7, 42, 210][count - 1])
      #expect(isUniform(kinds.map { kind in keys.filter { $0 == kind }.count }))
      let values = first.map(\.value).filter { $0.count == count }.map { value in
        value.reduce(0) { $0 * 8 + Int($1) - 7 }
      }
      let valueKinds = Set(values).sorted()
      #expect(valueKinds.count == [8, 56, 336][count - 1])
      #expect(isUniform(valueKinds.map { kind in values.filter { $0 == kind }.count }))
    }
  }

  @Test("large alphabets are drawn, not listed")
  func large() throws {
    let task = try MADTasks.setting(
      "fuzzy-in-context-recall(vocabulary=1000000, length=300, key_length=64, value_length=64)")
    let reading = try Reading(task.example(split: .test, index: 0, dataSeed: 1), task)
    #expect(reading.pairs[0].key.count == 64)
  }
}
