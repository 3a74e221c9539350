import Reporting
import Testing

@Suite("Scales of charts")
struct ChartScaleTests {
  private static func texts(_ scale: ChartScale, _ count: Int = 6) -> [String] {
    ChartScale.texts(scale.ticks(count), isShort: true)
  }

  @Test("ticks of linear scales are round numbers within")
  func linear() {
    #expect(Self.texts(.linear([0, 1], room: 0)) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(Self.texts(.linear([0.831, 0.853], room: 0)) == ["0.835", "0.84", "0.845", "0.85"])
    #expect(Self.texts(.linear([-3, 12], room: 0)) == ["0", "5", "10"])
    #expect(Self.texts(.linear([0, 1000], room: 0), 2) == ["0", "500", "1k"])
  }

  @Test("ticks of logarithmic scales are powers of ten, with steps between if there are few")
  func logarithmic() {
    #expect(Self.texts(.logarithmic([1, 1e6], room: 0)) == ["1", "10", "100", "1k", "10k", "100k", "1M"])
    #expect(Self.texts(.logarithmic([1, 1e12], room: 0)) == ["1", "100", "10k", "1M", "100M", "10G", "1T"])
    #expect(Self.texts(.logarithmic([1e3, 5e4], room: 0)) == ["1k", "2k", "5k", "10k", "20k", "50k"])
    #expect(Self.texts(.logarithmic([4e5, 6e5], room: 0), 4) == ["400k", "450k", "500k", "550k", "600k"])
  }

  @Test(
    "any numbers give a scale with ends apart and ticks within",
    arguments: [[], [0], [5], [0, 0], [-1e-12, 1e-12], [.nan, 3], [.infinity, 1], [1e299, -1e299], [7, 7.000001]])
  func extremes(values: [Double]) {
    for scale in [ChartScale.linear(values), .logarithmic(values)] {
      #expect(scale.most > scale.least)
      let ticks = scale.ticks(5)
      #expect(ticks.allSatisfy { $0 >= scale.least && $0 <= scale.most } && ticks.count < 40)
      #expect(ChartScale.texts(ticks, isShort: true).count == ticks.count)
      for value in values where value.isFinite { #expect(scale.share(value).isFinite) }
    }
  }
}
