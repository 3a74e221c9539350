import Search
import Testing

@Suite("Dominance, crowding and hypervolume")
struct ParetoTests {
  @Test("a point with NaN dominates nobody who is finite, and ties are kept")
  func dominance() {
    #expect(Dominance.dominates([1, 2], [1, 3]))
    #expect(!Dominance.dominates([1, 2], [1, 2]))
    #expect(!Dominance.dominates([.nan, 0], [1, 1]))
    #expect(Dominance.dominates([1, 0], [.nan, 0]))
    #expect(Dominance.nonDominated([[1, 2], [2, 1], [1, 2], [2, 2], [.infinity, 0]]) == [0, 1, 2, 4])
    #expect(Dominance.nonDominatedSort([[1, 1], [2, 2], [3, 3], [1, 3], [3, 1]]) == [[0], [1, 3, 4], [2]])
  }

  @Test("hypervolume agrees with inclusion and exclusion of boxes on random sets", arguments: 1...4)
  func hypervolume(objectives: Int) {
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double((state >> 33) % 12) / 10
    }
    let reference = [Double](repeating: 1, count: objectives)
    for count in 0..<8 {
      let points = (0..<count).map { _ in (0..<objectives).map { _ in next() } }
      // Σ over non-empty subsets of (−1)^(size + 1) · volume of the box that all of them dominate.
      var expected = 0.0
      for subset in 1..<max(1 << count, 1) {
        let members = points.indices.filter { subset >> $0 & 1 == 1 }
        let box = (0..<objectives).reduce(1.0) { volume, axis in
          volume * max(1 - (members.map { points[$0][axis] }.max() ?? 1), 0)
        }
        expected += members.count.isMultiple(of: 2) ? -box : box
      }
      let found = Hypervolume.of(points, reference: reference)
      #expect(abs(found - expected) < 1e-9)
      for (index, gain) in Hypervolume.contributions(points, reference: reference).enumerated() {
        var others = points
        others.remove(at: index)
        #expect(abs(gain - Hypervolume.gain(points[index], over: others, reference: reference)) < 1e-9)
      }
    }
  }

  @Test("points at or beyond the reference, and NaN, add nothing")
  func outside() {
    #expect(Hypervolume.of([[1, 0], [.nan, 0], [2, 2], [.infinity, -1]], reference: [1, 1]) == 0)
    #expect(Hypervolume.of([[0, 0], [0, 0]], reference: [1, 2]) == 2)
  }

  @Test("crowding is infinite at the ends and relative to the range between")
  func crowding() {
    let front: [[Double]] = [[0, 4], [1, 2], [3, 1], [4, 0]]
    let distances = Dominance.crowdingDistance(front)
    #expect(distances[0] == .infinity && distances[3] == .infinity)
    #expect(distances[1] == 3.0 / 4 + 3.0 / 4)
    #expect(distances[2] == 3.0 / 4 + 2.0 / 4)
    #expect(Dominance.crowdingDistance([]) == [])
  }
}
