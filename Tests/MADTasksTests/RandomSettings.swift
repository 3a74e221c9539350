import Engine
import MADTasks
import Testing

/// A setting and a data seed to check a generator at.
struct Sample: Sendable, CustomStringConvertible {
  let task: any MADTask
  let dataSeed: UInt64
  var description: String { "\(task.identity), seed \(dataSeed)" }

  func examples(_ split: Split, _ count: Int) -> [Example] {
    (0..<count).map { task.example(split: split, index: $0, dataSeed: dataSeed) }
  }
}

/// Random settings of a task, small and odd ones among them.
enum RandomSettings {
  static func of(_ task: String, count: Int = 40) -> [Sample] {
    var random = RandomStream(seed: 5, "settings", .init(task))
    var samples: [Sample] = []
    while samples.count < count {
      let vocabulary = 3 + random.integer(below: random.integer(below: 2) == 0 ? 12 : 200)
      let length = 2 + random.integer(below: random.integer(below: 2) == 0 ? 30 : 300)
      var values = ["vocabulary=\(vocabulary)", "length=\(length)"]
      switch task {
      case "fuzzy-in-context-recall":
        values += ["key_length=\(1 + random.integer(below: 4))", "value_length=\(1 + random.integer(below: 4))"]
      case "noisy-in-context-recall":
        values += ["noise_tokens=\(1 + random.integer(below: 20))", "noise=\(random.uniform())"]
      case "selective-copying": values += ["copies=\(1 + random.integer(below: 40))"]
      default: break
      }
      // What does not fit together is drawn again.
      if let setting = try? MADTasks.setting("\(task)(\(values.joined(separator: ",")))") {
        samples.append(Sample(task: setting, dataSeed: random.next()))
      }
    }
    return samples
  }
}

/// The baseline of a task at a fixed seed.
func baseline(_ task: any MADTask.Type, dataSeed: UInt64 = 1) -> Sample {
  Sample(task: task.init(), dataSeed: dataSeed)
}

/// The value of a task's variable.
func integer(_ variable: String, of task: any MADTask) throws -> Int {
  try #require(task.values.first { $0.variable == variable }.flatMap { Int($0.value) })
}

/// Whether counts agree with equally likely outcomes: Pearson's χ² below its 99.99 % quantile (Wilson and Hilferty).
func isUniform(_ counts: [Int]) -> Bool {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  return isPlausible(counts, expected: counts.map { _ in expected })
}

/// The same for given expected counts.
func isPlausible(_ counts: [Int], expected: [Double]) -> Bool {
  let statistic = zip(counts, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) / $1.1 }
  let freedom = Double(counts.count - 1)
  let root = 1 - 2 / (9 * freedom) + 3.72 * (2 / (9 * freedom)).squareRoot()
  return statistic < freedom * root * root * root
}

/// How often each of the numbers from 0 to `bound` − 1 occurs.
func histogram(_ values: some Sequence<Int>, bound: Int) -> [Int] {
  values.reduce(into: [Int](repeating: 0, count: bound)) { $0[$1] += 1 }
}
