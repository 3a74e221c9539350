import Architecture

/// Accuracy over a test set, fed batch by batch.
public struct Accuracy: Sendable {
  /// How accuracy is averaged.
  public enum Kind: String, Sendable, CaseIterable { case pooled, macro }

  /// Positions whose target counts, and those of them that were predicted right.
  public private(set) var counted = 0
  public private(set) var correct = 0
  private var recalls: [Double] = []

  public init() {}

  /// Adds one batch: the most likely token and the target of each position.
  public mutating func add(predicted: some Collection<Int32>, targets: some Collection<Int32>) {
    precondition(predicted.count == targets.count)
    var classes: [Int32: (targets: Int, correct: Int)] = [:]
    for (prediction, target) in zip(predicted, targets) where target != CrossEntropy.ignored {
      counted += 1
      classes[target, default: (0, 0)].targets += 1
      if prediction == target {
        correct += 1
        classes[target, default: (0, 0)].correct += 1
      } else if classes[prediction] == nil {
        classes[prediction] = (0, 0)
      }
    }
    guard !classes.isEmpty else { return }
    // In the order of tokens, so that the sum is always rounded in the same way.
    let recall = classes.sorted { $0.key < $1.key }.reduce(0) { sum, entry in
      sum + (entry.value.targets == 0 ? 0 : Double(entry.value.correct) / Double(entry.value.targets))
    }
    recalls.append(recall / Double(classes.count))
  }

  /// The share of positions that were predicted right, over all batches; 0 if none counted.
  public var pooled: Double { counted == 0 ? 0 : Double(correct) / Double(counted) }

  /// The recall of each class, averaged over the classes of a batch, then over batches: how MAD's public code counts. A
  /// class that is predicted but never a target in the batch has recall 0; one that is neither does not count.
  public var macro: Double { recalls.isEmpty ? 0 : recalls.reduce(0, +) / Double(recalls.count) }

  public subscript(kind: Kind) -> Double {
    switch kind {
    case .pooled: pooled
    case .macro: macro
    }
  }
}
