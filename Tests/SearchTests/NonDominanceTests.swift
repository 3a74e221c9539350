import Search
import Statistics
import Testing

@Suite("Probability of being non-dominated")
struct NonDominanceTests {
  private static func point(
    _ identity: String, _ loss: Double, _ error: Double, _ costs: Double...
  ) -> NonDominance.Point {
    .init(identity: identity, loss: loss, standardError: error, costs: costs)
  }

  @Test("of two points with the same costs it is the normal probability of the smaller loss")
  func two() {
    let (a, b) = (Self.point("a", 0.30, 0.02, 1), Self.point("b", 0.33, 0.04, 1))
    let expected = Normal.cumulative(0.03 / (0.02 * 0.02 + 0.04 * 0.04).squareRoot())
    #expect(abs(NonDominance.probability(that: a, dominates: b) - expected) < 1e-15)
    let found = NonDominance.probabilities([a, b], seed: 1)
    #expect(abs(found[0] - expected) < 0.03 && abs(found[0] + found[1] - 1) < 1e-12)
  }

  @Test("without errors it is 1 on the front and 0 elsewhere; equal points are both on it")
  func exact() {
    let points = [
      Self.point("a", 0.2, 0, 3, 1), Self.point("b", 0.2, 0, 3, 1), Self.point("c", 0.2, 0, 3, 2),
      Self.point("d", 0.1, 0, 4, 4), Self.point("e", .nan, 0, 5, 5), Self.point("f", .infinity, .nan, 0, 9),
    ]
    #expect(NonDominance.probabilities(points, seed: 1) == [1, 1, 0, 1, 0, 1])
    #expect(NonDominance.probability(that: points[0], dominates: points[1]) == 0)
    #expect(NonDominance.probability(that: points[0], dominates: points[2]) == 1)
    #expect(NonDominance.probability(that: points[3], dominates: points[0]) == 0)
    #expect(NonDominance.probability(that: points[3], dominates: points[4]) == 1)
  }

  @Test("it depends on seed and points, not on their order, and the cheapest is always non-dominated")
  func order() {
    let points = (0..<20).map { Self.point("\($0)", 1 - 0.01 * Double($0), 0.05, Double($0)) }
    let found = NonDominance.probabilities(points, seed: 7)
    #expect(NonDominance.probabilities(points.reversed(), seed: 7).reversed() == found)
    #expect(NonDominance.probabilities(points, seed: 8) != found)
    #expect(found[0] == 1)
    #expect(zip(found.dropFirst(), found.dropFirst(2)).contains { $0 < 1 && $1 < 1 })
    #expect(NonDominance.probabilities([], seed: 7).isEmpty)
  }
}
