import Statistics
import Testing

@Suite("Reliability")
struct ReliabilityTests {
  @Test("of means by hand")
  func means() throws {
    // Means 2, 6, 10. Noise 6 / 3 = 2; between things 2·32 / 2 = 32.
    #expect(Reliability.ofMeans([[1, 3], [5, 7], [9, 11]]) == 1 - 2.0 / 32)
    // A thing without replicates: means 2 (twice), 8; noise 2 / 1, between (2·4 + 16) / 1.
    #expect(Reliability.ofMeans([[1, 3], [], [8]]) == 1 - 2.0 / 24)
    #expect(Reliability.ofMeans([[1, 1], [4, 4]]) == 1)
  }

  @Test("not below 0, and not defined without replicates or variation")
  func limits() {
    #expect(Reliability.ofMeans([[0, 10], [1, 10]]) == 0)
    #expect(Reliability.ofMeans([[1], [2], [3]]) == nil)
    #expect(Reliability.ofMeans([[1, 2]]) == nil)
    #expect(Reliability.ofMeans([[2, 2], [2, 2]]) == nil)
    #expect(Reliability.ofMeans([[2, .nan], [2, 2]]) == nil)
    #expect(Reliability.ofMeans([]) == nil)
  }

  @Test("correction for attenuation")
  func attenuation() throws {
    let corrected = try #require(Reliability.correctedForAttenuation(-0.6, 0.81, 0.64))
    #expect(abs(corrected + 0.6 / 0.72) < 1e-15)
    #expect(Reliability.correctedForAttenuation(0.9, 0.5, 0.5) == 1)
    #expect(Reliability.correctedForAttenuation(0.9, 0, 1) == nil)
  }
}
