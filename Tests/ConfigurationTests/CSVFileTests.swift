import Configuration
import Testing

@Suite("CSV files")
struct CSVFileTests {
  private func errors(_ text: String) -> [String] {
    do throws(ConfigurationErrors) {
      _ = try CSVFile(parsing: text)
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }

  @Test("quotes, line breaks in cells, spaces, empty lines and a missing last line break")
  func quoting() throws {
    let file = try CSVFile(parsing: "name, \"loss, held-out\" ,n\r\n\r\n\"a \"\"b\"\"\nc\",2.5,1\r\n , ,\nd,,")
    #expect(file.names == ["name", "loss, held-out", "n"])
    #expect(file.rows.map(\.cells) == [["a \"b\"\nc", "2.5", "1"], ["d", "", ""]])
    #expect(file.rows.map(\.line) == [3, 6])
  }

  @Test("semicolons and tabs separate too", arguments: [";", "\t"])
  func separators(separator: String) throws {
    let file = try CSVFile(parsing: "a\(separator)b\n1\(separator)\"2,5\"\n")
    #expect(file.names == ["a", "b"] && file.rows.map(\.cells) == [["1", "2,5"]])
  }

  @Test(
    "what is no table is refused with its line",
    arguments: [
      ("", "line 1: a line with the names of the columns is expected"),
      ("\n\n", "line 1: a line with the names of the columns is expected"),
      ("a,b\n1,2\n3\n", "line 3: 2 cells are expected, as in the first line, found 1"),
      ("a,b\n1,2,3\n", "line 2: 2 cells are expected, as in the first line, found 3"),
      ("a,b\n1,2\n3,\"4\n5,6\n", "line 3: a quote is opened and not closed"),
      ("a,b\n1,2\n3,\"4\"5\n", "line 3: a quote stands inside a cell; such a cell has to be in quotes"),
      ("a,b\n1,2\n3,4\"5\n", "line 3: a quote stands inside a cell; such a cell has to be in quotes"),
    ])
  func refused(text: String, message: String) {
    #expect(errors(text).first?.hasPrefix(message) ?? false, "\(errors(text))")
  }

  @Test("numbers of a column, and what is none")
  func numbers() throws {
    let file = try CSVFile(parsing: "a,b,b\n1e3,-1,\n 2.5 ,x,\n0,nan,\n1e999,2,3\n")
    var problems = Problems()
    let noSuggestion: (String, [String]) -> String = { _, _ in "" }
    let column = try #require(file.column("a", suggesting: noSuggestion, &problems))
    #expect(file.numbers(in: column, positive: false, &problems) == nil)
    #expect(file.numbers(in: column, positive: true, &problems) == nil)
    #expect(file.column("b", suggesting: noSuggestion, &problems) == nil)
    #expect(file.column("c", suggesting: { "; \($1.count) others than \($0)" }, &problems) == nil)
    #expect(
      problems.errors.map(\.description) == [
        "line 5, column 'a': it must be a number, found '1e999'",
        "line 4, column 'a': it must be a positive number, found '0'",
        "line 5, column 'a': it must be a positive number, found '1e999'",
        "line 1: there are 2 columns 'b'", "line 1: there is no column 'c'; 3 others than c",
      ])
    var none = Problems()
    let short = try CSVFile(parsing: "a\n1\n 2.5 \n")
    #expect(short.numbers(in: 0, positive: true, &none) == [1, 2.5] && none.errors.isEmpty)
  }
}
