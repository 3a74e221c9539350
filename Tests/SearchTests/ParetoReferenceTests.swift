import Search
import Testing

/// Values of pymoo, written by `reference.py`.
@Suite("Non-dominated sorting, crowding and hypervolume against an independent implementation")
struct ParetoReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// In units of a thirty-second.
    let points: [[Double]]
    let ranks: [Int]
    /// The first front without duplicates, sorted, in the same units.
    let front: [[Double]]
    let crowding: [Double]
    /// Up to one in every objective.
    let hypervolume: Double

    var testDescription: String { "\(points[0].count) objectives" }
  }

  static let cases = [
    Case(
      points: [
        [15, 7], [14, 8], [4, 18], [14, 2], [1, 15], [4, 18], [3, 15], [8, 10], [17, 5], [7, 9], [17, 1], [4, 18],
        [5, 11], [18, 4],
      ], ranks: [1, 1, 2, 0, 0, 2, 1, 1, 1, 0, 0, 2, 0, 1], front: [[1, 15], [5, 11], [7, 9], [14, 2], [17, 1]],
      crowding: [.infinity, 0.8035714285714286, 1.2053571428571428, 1.1964285714285714, .infinity],
      hypervolume: 0.806640625),
    Case(
      points: [
        [5, 4, 10], [14, 6, 6], [4, 12, 9], [1, 14, 3], [8, 6, 5], [4, 12, 9], [3, 11, 6], [10, 2, 7], [4, 2, 13],
        [9, 6, 10], [4, 7, 14], [4, 12, 9], [3, 7, 9], [9, 2, 9],
      ], ranks: [0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0],
      front: [[1, 14, 3], [3, 7, 9], [3, 11, 6], [4, 2, 13], [5, 4, 10], [8, 6, 5], [9, 2, 9], [10, 2, 7]],
      crowding: [
        .infinity, 0.8388888888888888, 0.8944444444444444, .infinity, 1.1777777777777776, 0.9944444444444445,
        0.3222222222222222, .infinity,
      ], hypervolume: 0.762847900390625),
    Case(
      points: [
        [3, 6, 4, 14], [6, 6, 6, 10], [1, 5, 1, 9], [11, 2, 4, 4], [1, 8, 2, 5], [1, 5, 1, 9], [2, 2, 12, 4],
        [3, 5, 2, 6], [5, 11, 5, 8], [9, 7, 7, 5], [0, 1, 3, 12], [1, 5, 1, 9], [6, 3, 3, 9], [7, 11, 6, 5],
      ], ranks: [1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      front: [
        [0, 1, 3, 12], [1, 5, 1, 9], [1, 8, 2, 5], [2, 2, 12, 4], [3, 5, 2, 6], [6, 3, 3, 9], [9, 7, 7, 5],
        [11, 2, 4, 4],
      ],
      crowding: [
        .infinity, .infinity, .infinity, .infinity, 1.2402597402597402, 1.4399350649350648, 1.7353896103896105,
        .infinity,
      ], hypervolume: 0.7875909805297852),
  ]

  @Test("ranks, crowding and hypervolume agree, duplicates and ties included", arguments: cases)
  func agreement(_ expected: Case) {
    let points = expected.points.map { $0.map { $0 / 32 } }
    var ranks = points.map { _ in -1 }
    for (rank, front) in Dominance.nonDominatedSort(points).enumerated() {
      for index in front { ranks[index] = rank }
    }
    #expect(ranks == expected.ranks)
    #expect(Dominance.nonDominated(points) == points.indices.filter { expected.ranks[$0] == 0 })
    let front = expected.front.map { $0.map { $0 / 32 } }
    let crowding = Dominance.crowdingDistance(front)
    #expect(zip(crowding, expected.crowding).allSatisfy { $0 == $1 || abs($0 - $1) < 1e-12 }, "\(crowding)")
    let reference = [Double](repeating: 1, count: points[0].count)
    #expect(abs(Hypervolume.of(points, reference: reference) - expected.hypervolume) < 1e-12)
    // Points that say nothing change nothing.
    let more = points + [points[0].map { _ in .nan }, points[0].map { _ in .infinity }, reference]
    #expect(abs(Hypervolume.of(more, reference: reference) - expected.hypervolume) < 1e-12)
    #expect(Dominance.nonDominated(more) == Dominance.nonDominated(points))
  }
}
