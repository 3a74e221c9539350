import Engine
import Foundation

/// How often chance alone makes a statistic as large as was found.
public enum PermutationTest {
  /// The two-sided p-value of a statistic that is around 0 when the order of `values` does not matter.
  ///
  /// All orders are tried if they are no more than `permutations`, otherwise so many random ones, of which the given
  /// order counts as one more (Phipson and Smyth 2010). An order without a statistic counts as one of 0.
  /// - Returns: nil if the statistic of the given order is not defined.
  public static func pValue(
    _ values: [Double], permutations: Int, seed: UInt64, statistic: ([Double]) -> Double?
  ) -> Double? {
    guard let found = statistic(values), found.isFinite else { return nil }
    // Equal statistics may differ by rounding.
    let bound = found.magnitude * (1 - 1e-12)
    var extreme = 0
    func count(_ order: [Double]) { if (statistic(order) ?? 0).magnitude >= bound { extreme += 1 } }
    if let orders = factorial(values.count, atMost: permutations) {
      forEachOrder(of: values, count)
      return Double(extreme) / Double(orders)
    }
    var stream = RandomStream(seed: seed, "permutation")
    var order = values
    for _ in 0..<max(permutations, 0) {
      for last in stride(from: order.count - 1, to: 0, by: -1) {
        order.swapAt(last, stream.integer(below: last + 1))
      }
      count(order)
    }
    return Double(extreme + 1) / Double(max(permutations, 0) + 1)
  }

  private static func factorial(_ count: Int, atMost limit: Int) -> Int? {
    var product = 1
    for factor in 1...max(count, 1) {
      product *= factor
      if product > limit { return nil }
    }
    return product
  }

  /// Heap's algorithm: each order differs from the one before by one exchange.
  private static func forEachOrder(of values: [Double], _ body: ([Double]) -> Void) {
    var order = values
    var counters = [Int](repeating: 0, count: values.count)
    body(order)
    var place = 1
    while place < order.count {
      if counters[place] < place {
        order.swapAt(place, place.isMultiple(of: 2) ? 0 : counters[place])
        body(order)
        counters[place] += 1
        place = 1
      } else {
        counters[place] = 0
        place += 1
      }
    }
  }
}
