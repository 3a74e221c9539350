import Foundation

/// Minimises a function of some few variables from its values and gradients (BFGS).
///
/// The line search asks for sufficient decrease and for a slope that has risen, by doubling and halving. With it BFGS also
/// goes down functions with kinks, such as sums of absolute errors (Lewis and Overton 2013).
public enum Minimizer {
  public struct Solution: Sendable {
    public fileprivate(set) var point: [Double]
    public fileprivate(set) var value: Double
  }

  /// Returns the value at a point and sets the gradient there.
  public typealias Objective = (_ point: [Double], _ gradient: inout [Double]) -> Double

  /// The best point found within some steps, or the start if nothing better was found or its value is not finite.
  public static func minimize(from start: [Double], steps: Int, _ objective: Objective) -> Solution {
    var gradient = start.map { _ in 0.0 }
    var solution = Solution(point: start, value: objective(start, &gradient))
    guard solution.value.isFinite, !start.isEmpty else { return solution }
    var metric = Metric(start.count)
    var (isFresh, idle) = (true, 0)
    for _ in 0..<max(steps, 0) {
      if isFresh { metric.reset(scale: 1 / max(length(gradient), .leastNormalMagnitude)) }
      let direction = metric.direction(gradient)
      guard let step = search(from: solution, gradient, along: direction, objective) else {
        // Nothing along this direction: once more along the steepest one, then it is over.
        if isFresh { return solution }
        isFresh = true
        continue
      }
      let change = zip(step.gradient, gradient).map { $0 - $1 }
      metric.update(step: step.move, change: change, isFirst: isFresh)
      idle = solution.value - step.solution.value <= 1e-15 * solution.value.magnitude ? idle + 1 : 0
      (solution, gradient, isFresh) = (step.solution, step.gradient, false)
      if idle == 3 || !gradient.contains(where: { $0 != 0 }) { return solution }
    }
    return solution
  }

  private struct Step {
    let solution: Solution
    let move, gradient: [Double]
  }

  private static func search(
    from start: Solution, _ gradient: [Double], along direction: [Double], _ objective: Objective
  ) -> Step? {
    let slope = product(gradient, direction)
    guard slope < 0, slope.isFinite else { return nil }
    var (low, high, size) = (0.0, Double.infinity, 1.0)
    var best: Step?
    var trial = gradient
    for _ in 0..<60 {
      let move = direction.map { size * $0 }
      let point = zip(start.point, move).map { $0 + $1 }
      let value = objective(point, &trial)
      if value.isFinite, value <= start.value + 1e-4 * size * slope {
        let step = Step(solution: Solution(point: point, value: value), move: move, gradient: trial)
        if product(trial, direction) >= 0.9 * slope { return step }
        (low, best) = (size, step)
      } else {
        high = size
      }
      size = high.isFinite ? (low + high) / 2 : 2 * size
    }
    return best.flatMap { $0.solution.value < start.value ? $0 : nil }
  }

  /// An estimate of the inverse of the matrix of second derivatives.
  private struct Metric {
    /// `[count, count]`, row after row.
    private var inverse: [Double]
    private let count: Int

    init(_ count: Int) { (self.count, inverse) = (count, [Double](repeating: 0, count: count * count)) }

    mutating func reset(scale: Double) {
      for i in 0..<count {
        for j in 0..<count { inverse[i * count + j] = i == j ? scale : 0 }
      }
    }

    func times(_ vector: [Double]) -> [Double] {
      (0..<count).map { i in (0..<count).reduce(0) { $0 + inverse[i * count + $1] * vector[$1] } }
    }

    func direction(_ gradient: [Double]) -> [Double] { times(gradient).map { -$0 } }

    /// The BFGS formula (Nocedal and Wright 2006, equations 6.17 and 6.20).
    mutating func update(step: [Double], change: [Double], isFirst: Bool) {
      let curvature = product(step, change)
      guard curvature > 0, curvature.isFinite else { return }
      if isFirst { reset(scale: curvature / product(change, change)) }
      let moved = times(change)
      let factor = (1 + product(change, moved) / curvature) / curvature
      guard factor.isFinite else { return }
      for i in 0..<count {
        for j in 0..<count {
          inverse[i * count + j] += factor * step[i] * step[j] - (moved[i] * step[j] + step[i] * moved[j]) / curvature
        }
      }
    }
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in 0..<min(a.count, b.count) { sum += a[i] * b[i] }
    return sum
  }

  private static func length(_ vector: [Double]) -> Double { product(vector, vector).squareRoot() }
}
