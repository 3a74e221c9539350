import Foundation
import Reporting
import Testing

@Suite("Tables")
struct TableTests {
  static var table: Table {
    var table = Table([.init("name", "name"), .init("count", "how many"), .init("mean", "mean"), .init("note", "note")])
    table.add([.text("a"), .integer(1_234_567), .number(0.125, decimals: 2), .text("plain")])
    table.add([.text("long name"), .integer(-12), .number(1e6 / 3, decimals: 0), .text(#"with "quotes", and a comma"#)])
    table.add([.text("two\nlines"), .nothing, .number(.nan)])
    return table
  }

  @Test("text is aligned, numbers to the right")
  func text() {
    #expect(
      Self.table.text == """
        name        how many     mean  note
        a          1,234,567     0.13  plain
        long name        -12  333,333  with "quotes", and a comma
        two lines                 nan

        """)
  }

  @Test("CSV quotes what needs it and keeps all digits")
  func csv() {
    #expect(
      Self.table.csv == """
        name,count,mean,note
        a,1234567,0.125,plain
        long name,-12,333333.3333333333,"with ""quotes"", and a comma"
        "two
        lines",,,

        """)
    #expect(CSV.field(" a") == "\" a\"")
    #expect(CSV.field("a\r\nb") == "\"a\r\nb\"")
  }

  @Test("JSON keeps the order of keys and can be read back")
  func json() throws {
    let text = Self.table.json.text
    #expect(text.hasPrefix("[\n  { \"name\": \"a\", \"count\": 1234567, \"mean\": 0.125, \"note\": \"plain\" },\n"))
    let rows = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
    #expect(rows?.count == 3)
    #expect(rows?[1]["note"] as? String == #"with "quotes", and a comma"#)
    #expect(rows?[2]["mean"] is NSNull)
    #expect(rows?[2]["name"] as? String == "two\nlines")
  }

  @Test("an empty table has its headings")
  func empty() {
    let table = Table([.init("a", "A"), .init("b", "B")])
    #expect(table.text == "A  B\n")
    #expect(table.csv == "a,b\n")
    #expect(table.json.text == "[]\n")
  }
}
