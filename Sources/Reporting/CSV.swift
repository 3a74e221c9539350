/// Fields of comma-separated values.
public enum CSV {
  /// The field as it is, or in quotes if it has a comma, a quote, a line break or spaces at its ends.
  public static func field(_ text: String) -> String {
    let needsQuotes =
      text.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) } || text.first == " " || text.last == " "
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
