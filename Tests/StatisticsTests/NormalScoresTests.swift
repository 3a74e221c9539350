import Statistics
import Testing

/// The expected numbers are those that `python3 Tests/StatisticsTests/reference.py` prints (scipy).
@Suite("Normal scores")
struct NormalScoresTests {
  @Test("scores of values with ties")
  func scores() {
    let expected = [
      0.24104039388602685, -1.1797611176118612, 0.24104039388602685, 1.1797611176118612, -0.49720057068155404,
    ]
    for (score, value) in zip(NormalScores.scores([3, -1, 3, 10, 0.5]), expected) {
      #expect(abs(score - value) < 1e-12)
    }
  }

  @Test("failures rank last and share their rank")
  func failures() {
    #expect(NormalScores.ranks([.nan, 2, .infinity, 1]) == [3.5, 2, 3.5, 1])
    #expect(NormalScores.ranks([]) == [])
  }

  @Test(
    "quantiles",
    arguments: [
      (1e-10, -6.361340902404056), (0.01, -2.3263478740408408), (0.3, -0.5244005127080409),
      (0.975, 1.959963984540054),
    ])
  func quantiles(probability: Double, expected: Double) {
    #expect(abs(Normal.quantile(probability) - expected) < 1e-11)
    #expect(abs(Normal.cumulative(expected) - probability) < 1e-12)
  }

  @Test("quantiles at the ends")
  func ends() {
    #expect(Normal.quantile(0) == -.infinity && Normal.quantile(1) == .infinity)
    #expect(abs(Normal.quantile(0.5)) < 1e-15)
  }
}
