import Reporting
import Testing
import Text

@Suite("Reports")
struct ReportTests {
  private struct Made: Report {
    let names: [String]
    var isPlain = false

    var parts: [ReportPart] {
      let columns: [Column<String>] = [
        Column("name", "the name") { .text($0) }, Column("isLong", "long") { .flag($0.count > 3) },
        Column("letters", in: .programs) { .list($0.map(String.init)) },
        Column("length", in: .text) { .integer($0.count) },
      ]
      let table = Table(columns, names)
      if isPlain { return [.table(nil, table)] }
      return [
        .words("Words.\n"), .facts([Fact("count", .integer(names.count), "how many"), Fact("hidden", .flag(true))]),
        .table("rows", table, words: "A table"), .report("inner", Inner()), .notes(["not sure"]),
      ]
    }
  }

  private struct Inner: Report {
    var parts: [ReportPart] { [.facts([Fact("a", .integer(1)), Fact("b", .nothing)])] }
  }

  @Test("text, CSV and JSON show the same cells under one list of columns")
  func forms() {
    let report = Made(names: ["ab", "abcd"])
    #expect(
      report.text == """
        Words.

        how many  2

        A table

        the name  long  length
        ab        no         2
        abcd      yes        4

        note: not sure

        """)
    #expect(report.csv == "name,isLong,letters\nab,false,a; b\nabcd,true,a; b; c; d\n")
    #expect(
      report.json.compact == #"""
        { "count": 2, "hidden": true, "rows": [{ "name": "ab", "isLong": false, "letters": ["a", "b"] }, \#
        { "name": "abcd", "isLong": true, "letters": ["a", "b", "c", "d"] }], "inner": { "a": 1, "b": null }, \#
        "notes": ["not sure"] }
        """#)
  }

  @Test("a report of one table without a key is a list in JSON, and facts alone are a row of CSV")
  func plain() {
    let list = Made(names: ["a"], isPlain: true).json
    #expect(list.compact == #"[{ "name": "a", "isLong": false, "letters": ["a"] }]"#)
    #expect(Inner().csv == "a,b\n1,\n")
  }

  @Test("a text may show fewer columns, under the same keys and titles")
  func showing() {
    let columns: [Column<Int>] = [Column("a") { .integer($0) }, Column("b", "B") { .integer(-$0) }]
    let table = Table(columns.showing("b"), [1, 2])
    #expect(table.text == " B\n-1\n-2\n")
    #expect(table.csv == "a,b\n1,-1\n2,-2\n")
  }
}
