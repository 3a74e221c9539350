import Text

/// A chart as a drawing, as a specification that people restyle, and as the numbers in it.
public protocol Chart: Sendable {
  var title: String { get }
  /// A whole SVG document; the same bytes for the same chart.
  var svg: String { get }
  /// A Vega-Lite specification with its data.
  var vegaLite: JSONValue { get }
  /// The numbers of the chart.
  var table: Table { get }
}

extension Chart {
  /// The chart as a file's name asks for: a drawing if it ends in .svg, a Vega-Lite specification if in .json, else CSV.
  public func written(as file: String) -> String {
    if file.hasSuffix(".svg") { return svg }
    return file.hasSuffix(".json") ? vegaLite.text : table.csv
  }
}
