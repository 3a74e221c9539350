import Statistics
import Testing

@Suite("Noise of replicates")
struct ReplicateNoiseTests {
  @Test("the variance within is pooled, and draws a thing's own towards it")
  func pooled() {
    let noise = ReplicateNoise([[1, 3], [10], [5, 5, 8], []])
    // Squares 2 and 6, degrees of freedom 1 and 2. A thing's own squares join four times the variance of all.
    let variance = 8.0 / 3
    let (two, three) = ((4 * variance + 2) / 5, (4 * variance + 6) / 6)
    #expect(noise.variance == variance)
    #expect(noise.standardError(of: [10]) == variance.squareRoot())
    #expect(noise.standardError(of: [1, 3]) == (two / 2).squareRoot())
    #expect(noise.standardError(of: [5, 5, 8]) == (three / 3).squareRoot())
    #expect(noise.standardError(of: []) == nil)
  }

  @Test("without replicates it is not known; equal replicates have none")
  func without() {
    #expect(ReplicateNoise([[1], [2], []]).variance == nil)
    #expect(ReplicateNoise([[1], [2], []]).standardError(of: [1]) == nil)
    #expect(ReplicateNoise([[2, 2]]).standardError(of: [7]) == 0)
  }
}
