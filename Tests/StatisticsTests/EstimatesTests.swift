import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference.py` prints (numpy, scipy).
@Suite("Means and medians with their errors")
struct EstimatesTests {
  @Test("the mean and its standard error")
  func mean() throws {
    let estimate = try #require(MeanEstimate([4, 1, 9, 2]))
    #expect(estimate.mean == 4 && estimate.count == 4)
    #expect(abs(try #require(estimate.standardError) - 1.7795130420052185) < 1e-15)
    #expect(MeanEstimate([3])?.standardError == nil && MeanEstimate([3])?.mean == 3)
    #expect(MeanEstimate([]) == nil)
  }

  @Test(
    "the interval of a median lies between two ranks",
    arguments: [(6, 1...6), (10, 2...9), (33, 11...23), (100, 40...61), (1000, 469...532), (20000, 9861...10140)])
  func interval(count: Int, ranks: ClosedRange<Int>) throws {
    let estimate = try #require(MedianEstimate((1...count).reversed().map(Double.init)))
    #expect(estimate.median == Double(count + 1) / 2)
    #expect(estimate.interval == Double(ranks.lowerBound)...Double(ranks.upperBound))
  }

  @Test("five values are too few for an interval, none have no median")
  func few() {
    #expect(MedianEstimate([5, 1, 3, 2, 4]) == MedianEstimate([1, 2, 3, 4, 5]))
    #expect(MedianEstimate([5, 1, 3, 2, 4])?.interval == nil && MedianEstimate([5, 1, 3, 2, 4])?.median == 3)
    #expect(MedianEstimate([7])?.median == 7)
    #expect(MedianEstimate([]) == nil && MedianEstimate([1, .nan]) == nil)
  }

  @Test("what was not seen to happen is infinite")
  func infinite() throws {
    let most = try #require(MedianEstimate([.infinity, 2, 3, .infinity, 1, 4, 5]))
    #expect(most.median == 4 && most.interval == 1 ... .infinity)
    #expect(MedianEstimate([.infinity, .infinity, 1])?.median == .infinity)
  }
}
