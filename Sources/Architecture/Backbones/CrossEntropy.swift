import Engine
import Foundation

/// Cross entropy between logits `[rows, vocabulary]` and target tokens, in nats.
public enum CrossEntropy {
  /// A target that does not count.
  public static let ignored: Int32 = -100

  /// Turns `logits` into `∂loss/∂logits`, where the loss is `scale · Σ −ln softmax(logits)[target]` over the rows whose
  /// target counts, and returns that sum without the scale.
  static func backward(
    logits: Pointer, targets: UnsafePointer<Int32>, rows: Int, vocabulary: Int, scale: Float
  ) -> Double {
    var total = 0.0
    for row in 0..<rows {
      let line = logits + row * vocabulary
      let target = targets[row]
      if target == ignored {
        for i in 0..<vocabulary { line[i] = 0 }
        continue
      }
      let highest = maximum(line, count: vocabulary)
      let aimed = line[Int(target)] - highest
      for i in 0..<vocabulary { line[i] = VectorMath.exp(line[i] - highest) }
      let sum = Reduce.sum(line, count: vocabulary)
      total += Foundation.log(Double(sum)) - Double(aimed)
      let factor = scale / sum
      for i in 0..<vocabulary { line[i] *= factor }
      line[Int(target)] -= scale
    }
    return total
  }

  /// `−ln softmax(logits)[target]` of one row, in nats.
  public static func loss(_ logits: UnsafePointer<Float>, target: Int32, vocabulary: Int) -> Double {
    let highest = maximum(logits, count: vocabulary)
    var sum: Float = 0
    for i in 0..<vocabulary { sum += VectorMath.exp(logits[i] - highest) }
    return Foundation.log(Double(sum)) - Double(logits[Int(target)] - highest)
  }

  /// The index of the largest logit of one row; the first of equal ones.
  public static func argmax(_ logits: UnsafePointer<Float>, vocabulary: Int) -> Int {
    var best = 0
    for i in 1..<max(vocabulary, 1) where logits[i] > logits[best] { best = i }
    return best
  }

  private static func maximum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var highest = values[0]
    for i in 0..<count { highest = highest > values[i] ? highest : values[i] }
    return highest
  }
}
