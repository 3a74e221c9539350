import Testing
import Text

@Suite("Number texts")
struct NumberTextTests {
  @Test(
    "numbers",
    arguments: [
      (0, 0, "0"), (999.5, 0, "1,000"), (-0.001, 2, "0.00"), (-1234.5, 1, "-1,234.5"), (1e300, 2, "1e+300"),
      (123_456_789_012_345, 9, "123456789012345.0"), (.infinity, 1, "inf"), (2.005, 2, "2.01"),
    ])
  func numbers(_ number: Double, _ decimals: Int, _ text: String) {
    #expect(NumberText.fixed(number, decimals: decimals) == text)
  }

  @Test("exact numbers")
  func exact() {
    #expect(NumberText.exact(270_336) == "270336")
    #expect(NumberText.exact(-0.5) == "-0.5")
    #expect(NumberText.exact(1e20) == "1e+20")
    #expect(NumberText.grouped(.min) == "-9,223,372,036,854,775,808")
  }

  @Test("short numbers have at most four decimals, small ones all their digits")
  func short() {
    #expect([3, 0.25, 2.0 / 3, 1e-7, -1.5].map(NumberText.short) == ["3", "0.25", "0.6667", "1e-07", "-1.5"])
  }

  @Test(
    "durations",
    arguments: [(45.4, "45 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (273_600, "3 d 4 h"), (.nan, "unknown")])
  func durations(_ seconds: Double, _ text: String) { #expect(Duration.text(seconds: seconds) == text) }
}
