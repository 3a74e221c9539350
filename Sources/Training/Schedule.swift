import Foundation

/// The learning rate over a training of a known number of steps.
public struct Schedule: Sendable, Equatable {
  public enum Shape: String, Sendable, CaseIterable {
    case constant
    /// Half a cosine from the peak to the minimum (Loshchilov and Hutter, arXiv 1608.03983).
    case cosine
  }

  public var peak: Double
  public var minimum: Double
  public var shape: Shape
  /// Steps of linear warm-up from zero; the rest is the shape's.
  public var warmUp: Int
  public var steps: Int
  /// The rate changes every so many steps (MAD changes it once an epoch).
  public var stride: Int

  public init(
    peak: Double, minimum: Double = 0, shape: Shape = .constant, warmUp: Int = 0, steps: Int = 1, stride: Int = 1
  ) {
    (self.peak, self.minimum, self.shape) = (peak, minimum, shape)
    (self.warmUp, self.steps, self.stride) = (warmUp, steps, max(stride, 1))
  }

  /// The rate of step `step`, counted from 0.
  public func rate(at step: Int) -> Double {
    if step < warmUp { return peak * Double(step + 1) / Double(warmUp) }
    switch shape {
    case .constant: return peak
    case .cosine:
      let total = max(steps - warmUp, 1)
      let done = min((step - warmUp) / stride * stride, total)
      return minimum + (peak - minimum) * 0.5 * (1 + cos(Double.pi * Double(done) / Double(total)))
    }
  }
}
