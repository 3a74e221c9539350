import Engine
import Foundation

/// AdamW with decoupled weight decay, as PyTorch defines it (Loshchilov and Hutter, arXiv 1711.05101).
///
///     p ← p (1 − shrinkage), shrinkage = lr·decay
///     m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²
///     p ← p − lr · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
public struct AdamW: Sendable {
  public var weightDecay: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double

  public init(weightDecay: Double = 0.01, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
    (self.weightDecay, self.beta1, self.beta2, self.epsilon) = (weightDecay, beta1, beta2, epsilon)
  }

  /// Updates `weights[range]` from `gradients[range]`.
  /// - Parameters:
  ///   - shrinkage: the share by which weight decay makes the weights smaller.
  ///   - step: the number of this update, from 1.
  func update(
    _ weights: Pointer, gradients: Pointer, mean: Pointer, square: Pointer, range: Range<Int>, learningRate: Double,
    shrinkage: Double, step: Int
  ) {
    let keep = Float(1 - shrinkage)
    let (b1, b2) = (Float(beta1), Float(beta2))
    let (rest1, rest2) = (Float(1 - beta1), Float(1 - beta2))
    let correction1 = 1 - pow(beta1, Double(step))
    let correction2 = 1 - pow(beta2, Double(step))
    // lr·m/c₁ / (√(v/c₂) + ε), with the corrections moved out of the loop.
    let rate = Float(learningRate / correction1 * correction2.squareRoot())
    let floor = Float(epsilon * correction2.squareRoot())
    forEachVector(range.count) { i in
      let index = range.lowerBound &+ i
      let g = gradients.vector(index)
      let m = (Vector(repeating: b1) * mean.vector(index)).addingProduct(Vector(repeating: rest1), g)
      let v = (Vector(repeating: b2) * square.vector(index)).addingProduct(Vector(repeating: rest2), g * g)
      mean.store(m, index)
      square.store(v, index)
      let update = Vector(repeating: rate) * m / (v.squareRoot() + Vector(repeating: floor))
      weights.store(weights.vector(index) * Vector(repeating: keep) - update, index)
    } tail: { i in
      let index = range.lowerBound &+ i
      let g = gradients[index]
      mean[index] = b1 * mean[index] + rest1 * g
      square[index] = b2 * square[index] + rest2 * g * g
      weights[index] = weights[index] * keep - rate * mean[index] / (square[index].squareRoot() + floor)
    }
  }
}
