import Statistics
import Testing

@Suite("The band of a regression line")
struct RegressionBandTests {
  private static let x = (0..<30).map { Double($0) / 10 }
  /// 2 - x with an error that sums to nothing against both the constant and the slope.
  private static let y = x.enumerated().map { 2 - $1 + [0.1, -0.1, -0.1, 0.1][$0 % 4] * ($0 < 28 ? 1 : 0) }

  @Test("the line is that of least squares, and the band holds it and is narrowest in the middle")
  func band() throws {
    let band = try #require(RegressionBand(Self.x, Self.y, repeats: 500, seed: 3, places: 5))
    #expect(abs(band.slope + 1) < 1e-12 && abs(band.intercept - 2) < 1e-12)
    #expect(band.places.map(\.x) == [0, 0.725, 1.45, 2.175, 2.9])
    let widths = try band.places.map { place in
      let interval = try #require(place.interval)
      #expect(interval.low < place.y && place.y < interval.high)
      return interval.high - interval.low
    }
    #expect(widths[0] > widths[1] && widths[1] > widths[2] && widths[2] < widths[3] && widths[3] < widths[4])
    // In the middle the standard error is about that of the mean, 0.1 / √30.
    #expect((0.04...0.11).contains(widths[2]), "\(widths[2])")
    #expect(RegressionBand(Self.x, Self.y, repeats: 500, seed: 3, places: 5)?.places == band.places)
  }

  @Test("without draws there is a line without a band, without two different x none")
  func few() throws {
    let line = try #require(RegressionBand([1, 2], [3, 5], repeats: 0, seed: 1))
    #expect(line.slope == 2 && line.intercept == 1 && line.places.allSatisfy { $0.interval == nil })
    #expect(RegressionBand([1, 1], [3, 5], repeats: 9, seed: 1) == nil)
    #expect(RegressionBand([], [], repeats: 9, seed: 1) == nil)
  }
}
