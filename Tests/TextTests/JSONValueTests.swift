import Foundation
import Testing
import Text

@Suite("JSON")
struct JSONValueTests {
  @Test("JSON strings are escaped")
  func jsonStrings() throws {
    let odd = "quote \" backslash \\ tab \t null \u{0} escape \u{1B} é 🦀 \u{2028}"
    let value = JSONValue.object([("a", .list([.text(odd), .null, .flag(true), .number(.infinity), .number(0.1)]))])
    let read = try JSONSerialization.jsonObject(with: Data(value.text.utf8)) as? [String: [Any]]
    #expect(read?["a"]?[0] as? String == odd)
    #expect(value.compact.hasSuffix("null, true, null, 0.1] }"))
    #expect(JSONValue.list([]).text == "[]\n")
  }

  @Test("what does not fit into 100 columns is on several lines")
  func lines() {
    let short: JSONValue = ["a": 1, "b": [true, .null]]
    let value: JSONValue = [
      "long": .list(Array(repeating: "twenty characters", count: 5)), "short": short, "none": [:],
    ]
    #expect(short.compact == #"{ "a": 1, "b": [true, null] }"#)
    #expect(
      value.text == """
        {
          "long": [
            "twenty characters",
            "twenty characters",
            "twenty characters",
            "twenty characters",
            "twenty characters"
          ],
          "short": { "a": 1, "b": [true, null] },
          "none": {}
        }

        """)
  }

  @Test("numbers keep all their digits, whole ones have no decimals")
  func numbers() {
    #expect(
      JSONValue.list([.number(2), .number(0.1), .number(1e20), .integer(.min)]).compact
        == "[2, 0.1, 1e+20, -9223372036854775808]")
    let whole = 3.0
    #expect(JSONValue(whole) == 3)
  }
}
