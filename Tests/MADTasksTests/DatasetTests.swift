import Foundation
import MADTasks
import Testing

@Suite("Data sets")
struct DatasetTests {
  @Test("the same seed gives the same data, another seed and the other split give other data")
  func seeds() throws {
    for task in FullProtocolSettings.baselines {
      let data = try Dataset(task, split: .training, dataSeed: 1, count: 200)
      #expect(try Dataset(task, split: .training, dataSeed: 1, count: 200).tokens == data.tokens)
      #expect(try Dataset(task, split: .training, dataSeed: 2, count: 200).tokens != data.tokens)
      #expect(try Dataset(task, split: .test, dataSeed: 1, count: 200).tokens != data.tokens)
    }
  }

  @Test("test sequences are never seen in training")
  func disjoint() throws {
    for task in FullProtocolSettings.baselines {
      let training = try Dataset(task, split: .training, dataSeed: 1)
      let test = try Dataset(task, split: .test, dataSeed: 1)
      #expect(training.count == task.trainingExamples && test.count == 1280)
      let seen = Set((0..<training.count).map { training.example($0).tokens })
      #expect((0..<test.count).allSatisfy { !seen.contains(test.example($0).tokens) })
    }
  }

  @Test("fewer training examples are the first of more")
  func prefix() throws {
    let few = try Dataset(try MADTasks.setting("compression(examples=800)"), split: .training, dataSeed: 4)
    let many = try Dataset(Compression(), split: .training, dataSeed: 4)
    #expect(few.count == 800 && few.tokens == Array(many.tokens.prefix(800 * 32)))
  }

  @Test("flat arrays and batches hold the examples in order")
  func batches() throws {
    let task = SelectiveCopying()
    let data = try Dataset(task, split: .test, dataSeed: 3, count: 10)
    #expect(data.count == 10 && data.time == 256 && data.tokens.count == 2560 && data.targets.count == 2560)
    let (third, seventh) = (data.example(3), data.example(7))
    #expect(third == task.example(split: .test, index: 3, dataSeed: 3))
    let batch = data.batch([7, 3])
    #expect(batch.tokens == seventh.tokens + third.tokens && batch.targets == seventh.targets + third.targets)
  }

  @Test("a number of examples that no data set holds is an error", arguments: [-1, 1 << 40, Int.max])
  func tooLarge(count: Int) {
    #expect(throws: TaskError.self) { try Dataset(Compression(), split: .test, dataSeed: 1, count: count) }
  }

  @Test("a line of JSON says where an example is from")
  func json() throws {
    let task = try MADTasks.setting("memorization(vocabulary=9, length=4)")
    let lines = String(decoding: try Dataset(task, split: .test, dataSeed: 1, count: 2).jsonLines(), as: UTF8.self)
    struct Line: Decodable {
      let task, split: String
      let index: Int
      let tokens, targets: [Int32]
    }
    #expect(lines.last == "\n")
    for (index, text) in lines.split(separator: "\n").enumerated() {
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      #expect(line.task == "memorization(vocabulary=9, length=4)" && line.split == "test" && line.index == index)
      let example = task.example(split: .test, index: index, dataSeed: 1)
      #expect(line.tokens == example.tokens && line.targets == example.targets)
    }
  }
}
