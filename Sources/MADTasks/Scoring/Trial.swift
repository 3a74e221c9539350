import Architecture
import Engine
import Foundation
import Layouts
import Training

/// Trains one layout as a plan says and tests it on the way, on the calling thread.
public struct Trial {
  private let plan: TrialPlan
  private let layout: Layout
  private let data: TrialData
  private let trainer: Trainer
  private let order: RandomStream

  /// - Parameters:
  ///   - data: the plan's examples, shared by all trials on them.
  /// - Throws: `LayerError` if the layout cannot be built at the plan's width and the task's length.
  public init(_ layout: Layout, plan: TrialPlan, data: TrialData) throws {
    let task = data.test.task
    let model = try layout.makeModel(for: task, dim: plan.dim)
    // A layout's trainings start apart, whoever runs them and in whatever order.
    var seeds = RandomStream(seed: plan.seed, "trial", .init(layout.canonical), .init(plan.setting))
    trainer = Trainer(
      model, weights: model.makeWeights(seed: seeds.next(), embeddingDeviation: plan.embeddingDeviation),
      optimizer: AdamW(weightDecay: plan.weightDecay), time: task.inputLength)
    trainer.clipNorm = plan.clipNorm
    order = RandomStream(seed: seeds.next(), "order")
    (self.plan, self.layout, self.data) = (plan, layout, data)
  }

  /// - Parameter progress: called after every step with the number of steps done.
  public func run(progress: (Int) -> Void = { _ in }) -> TrialResult {
    let start = Parallel.threadSeconds
    func seconds() -> Double { Parallel.threadSeconds - start }
    let task = data.test.task
    let schedule = Schedule(
      peak: plan.learningRate, minimum: plan.minimumRate, shape: .cosine, warmUp: plan.warmUp, steps: plan.steps,
      stride: plan.rateStride)
    var batches = BatchOrder(random: order)
    var status = TrialResult.Status.finished
    var curve: [TrialResult.Point] = []
    var (lossSum, lossCount, done) = (0.0, 0, 0)
    while done < plan.steps {
      let training = data.training(at: Double(done) / Double(plan.steps))
      let batch = training.batch(batches.next(plan.batch, of: training.count))
      trainer.time = training.time
      let result = trainer.train(
        tokens: batch.tokens, targets: batch.targets, learningRate: schedule.rate(at: done))
      done += 1
      progress(done)
      guard result.isFinite else {
        status = .diverged
        break
      }
      lossSum += result.loss
      lossCount += 1
      let due = (curve.count + 1) * plan.steps / plan.evaluations
      guard done >= due, done < plan.steps else { continue }
      let accuracy = test(examples: plan.evaluationExamples).pooled
      curve.append(.init(step: done, loss: lossSum / Double(lossCount), accuracy: accuracy, seconds: seconds()))
      (lossSum, lossCount) = (0, 0)
      if accuracy >= plan.stopping.solved * data.cap {
        status = .solved
        break
      }
      let best = curve.reduce(0) { max($0, $1.accuracy) }
      if Double(done) >= plan.stopping.hopelessAfter * Double(plan.steps),
        best - task.chance < plan.stopping.hopelessBelow * (data.cap - task.chance)
      {
        status = .hopeless
        break
      }
    }
    let final = status == .diverged ? nil : test(examples: plan.testExamples)
    let accuracy = final?.pooled ?? task.chance
    if lossCount > 0 || status == .diverged || curve.isEmpty {
      curve.append(
        .init(step: done, loss: lossSum / Double(max(lossCount, 1)), accuracy: accuracy, seconds: seconds()))
    }
    return TrialResult(
      layout: layout.canonical, plan: plan, status: status, accuracy: accuracy,
      macroAccuracy: final?.macro ?? task.chance,
      chance: task.chance, cap: data.cap, curve: curve, steps: done, seconds: seconds())
  }

  /// The accuracy on the first test examples, in batches of the plan's size.
  private func test(examples: Int) -> Accuracy {
    let test = data.test
    let count = min(examples, test.count)
    trainer.time = test.time
    let predictions = trainer.predict(tokens: Array(test.tokens.prefix(count * test.time)), targets: test.targets)
    var accuracy = Accuracy()
    let size = plan.batch * test.time
    for start in stride(from: 0, to: predictions.count, by: size) {
      let range = start..<min(start + size, predictions.count)
      accuracy.add(predicted: predictions[range], targets: test.targets[range])
    }
    return accuracy
  }
}

extension Layout {
  /// The model that is trained on a task.
  /// - Throws: `LayerError` or `ArchitectureError`.
  func makeModel(for task: any MADTask, dim: Int) throws -> Model {
    try makeModel(dim: dim, vocabulary: task.vocabulary, maxLength: task.inputLength, backbone: task.backbone)
  }
}

/// The examples of one setting and data seed, made once for all trials on them.
public struct TrialData: Sendable {
  public let test: Dataset
  /// The share of the steps up to which each training set is used, in order.
  private let stages: [(until: Double, data: Dataset)]
  /// The best accuracy that the training examples allow.
  public let cap: Double

  /// - Throws: `TaskError` if the setting, or a shorter one of the curriculum, is impossible.
  public init(_ plan: TrialPlan) throws {
    let task = try MADTasks.setting(plan.setting)
    test = try Dataset(task, split: .test, dataSeed: plan.dataSeed, count: plan.testExamples)
    cap = task.cap(dataSeed: plan.dataSeed, testExamples: plan.testExamples)
    var stages: [(until: Double, data: Dataset)] = []
    for stage in plan.curriculum {
      // Lengths stay even, as most tasks need.
      let length = max(2, Int(stage.length * Double(task.length) / 2) * 2)
      stages.append(
        (stage.until, try Dataset(try task.with(length: length), split: .training, dataSeed: plan.dataSeed)))
    }
    stages.append((.infinity, try Dataset(task, split: .training, dataSeed: plan.dataSeed)))
    self.stages = stages
  }

  func training(at progress: Double) -> Dataset {
    (stages.first { progress < $0.until } ?? stages[stages.count - 1]).data
  }
}

extension MADTask {
  /// The same setting at another length.
  fileprivate func with(length: Int) throws -> any MADTask {
    try Self(values.map { $0.variable == "length" ? ("length", String(length)) : $0 })
  }
}

/// Goes through the examples in a new random order every epoch.
private struct BatchOrder {
  private var random: RandomStream
  private var left: ArraySlice<Int> = []
  private var count = 0

  init(random: RandomStream) { self.random = random }

  /// The next indices; at the end of an epoch fewer than `size`, as in PyTorch.
  mutating func next(_ size: Int, of count: Int) -> ArraySlice<Int> {
    if left.isEmpty || count != self.count {
      left = (0..<count).shuffled(using: &random)[...]
      self.count = count
    }
    defer { left = left.dropFirst(size) }
    return left.prefix(size)
  }
}
