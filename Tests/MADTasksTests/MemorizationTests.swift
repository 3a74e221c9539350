import MADTasks
import Testing

@Suite("Memorization")
struct MemorizationTests {
  @Test(
    "every sequence keeps the definition, with one map for both splits", arguments: RandomSettings.of("memorization"))
  func definition(_ sample: Sample) {
    let (vocabulary, length) = (sample.task.vocabulary, sample.task.length)
    let firstValue = Int32((vocabulary - 1) / 2)
    let ask = Int32(vocabulary - 1)
    var map: [Int32: Int32] = [:]
    for split in Split.allCases {
      for example in sample.examples(split, 20) {
        #expect(example.tokens.count == length && example.targets.count == length)
        for position in stride(from: 0, to: length, by: 2) {
          let key = example.tokens[position]
          let value = example.targets[position + 1]
          #expect((0..<firstValue).contains(key) && example.tokens[position + 1] == ask)
          #expect(example.targets[position] == -100 && (firstValue..<ask).contains(value))
          #expect(map[key, default: value] == value)
          map[key] = value
        }
      }
    }
    // No two keys have one value.
    #expect(Set(map.values).count == map.count)
  }

  /// The map of a data seed, read off the examples.
  func map(_ task: any MADTask, _ dataSeed: UInt64) -> [Int32: Int32] {
    let generate = task.generator(dataSeed: dataSeed)
    var map: [Int32: Int32] = [:]
    for index in 0..<2000 {
      let example = generate(.training, index)
      for position in stride(from: 0, to: example.tokens.count, by: 2) {
        map[example.tokens[position]] = example.targets[position + 1]
      }
    }
    return map
  }

  @Test("the map is uniform over one-to-one maps")
  func uniform() throws {
    // Two keys, 0 and 1, and three values, 2 to 4: six maps.
    let task = try MADTasks.setting("memorization(vocabulary=6)")
    let maps = (0..<UInt64(6000)).map { seed in
      let example = task.example(split: .training, index: 0, dataSeed: seed)
      let pairs = stride(from: 0, to: 32, by: 2).map { (Int(example.tokens[$0]), Int(example.targets[$0 + 1]) - 2) }
      let map = Dictionary(pairs) { value, _ in value }
      return (map[0] ?? 0) * 3 + (map[1] ?? 0)
    }
    let counts = histogram(maps, bound: 9)
    #expect([0, 4, 8].allSatisfy { counts[$0] < 5 })
    #expect(isPlausible([1, 2, 3, 5, 6, 7].map { counts[$0] }, expected: [1000, 1000, 1000, 1000, 1000, 1000]))
  }

  @Test("another seed has another map; single examples agree with the generator's")
  func seeds() {
    let task = Memorization()
    #expect(map(task, 1).count == 127)
    #expect(map(task, 1) == map(task, 1) && map(task, 1) != map(task, 2))
    #expect(task.example(split: .test, index: 7, dataSeed: 3) == task.generator(dataSeed: 3)(.test, 7))
  }

  @Test(
    "accuracy is capped by the keys that training shows",
    arguments: zip([256, 512, 1024, 2048, 4096, 8192], [1, 1, 1, 0.98, 0.87, 0.63]))
  func publishedCaps(vocabulary: Int, published: Double) throws {
    let task = try Memorization([("vocabulary", "\(vocabulary)")])
    #expect(abs(task.cap(dataSeed: 1, testExamples: 1280) - published) < 0.01)
  }

  @Test("the cap is the share of answerable questions and a guess for the others")
  func cap() throws {
    let sample = Sample(task: try MADTasks.setting("memorization(vocabulary=42, length=8, examples=5)"), dataSeed: 9)
    var known: [Int32: Int32] = [:]
    for example in sample.examples(.training, 5) {
      for position in [0, 2, 4, 6] { known[example.tokens[position]] = example.targets[position + 1] }
    }
    let asked = sample.examples(.test, 30).flatMap { example in [0, 2, 4, 6].map { example.tokens[$0] } }
    let answered = asked.filter { known[$0] != nil }.count
    #expect(answered > 0 && answered < asked.count)
    // 41 − 20 = 21 values, less those already given away.
    let guesses = Double(asked.count - answered) / Double(21 - known.count)
    let cap = sample.task.cap(dataSeed: 9, testExamples: 30)
    #expect(abs(cap - (Double(answered) + guesses) / Double(asked.count)) < 1e-12)
  }
}
