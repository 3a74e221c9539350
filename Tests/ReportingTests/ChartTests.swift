import Foundation
import Reporting
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Charts")
struct ChartTests {
  static let chart = ParetoFrontChart(
    title: "small & <fine>", qualityTitle: "MAD score",
    costs: [.init("state", "state"), .init("flops", "FLOPs per token")],
    points: [
      .init(name: "1", layout: "mlp", quality: 0.5, standardError: 0.02, costs: [0, 20_000], isOnFront: true),
      .init(
        name: "2", layout: "mlp mlp", hybrid: "samba", quality: 0.45, standardError: 0.03, costs: [0, 40_000],
        isOnFront: false),
      .init(
        name: "3", layout: "mamba mlp", hybrid: "jamba", quality: 0.75, standardError: 0.01, costs: [4096, 45_000],
        isOnFront: true),
      .init(name: "4", layout: "attention mlp", quality: 0.7, costs: [40_000, 70_000], isOnFront: false),
      .init(
        name: "5", layout: "attention mamba", quality: 0.9, standardError: .nan, costs: [40_000, 90_000],
        isOnFront: true),
      .init(name: "6", layout: "lost", quality: .nan, costs: [1, 1], isOnFront: true),
      .init(name: "7", layout: "lost", quality: 0.5, costs: [.infinity, 1], isOnFront: true),
    ])
  static let history = HypervolumeHistoryChart(title: "small", values: [0.5, 0.5, 1.25, 1.2, .nan])
  static let losses = ParetoFrontChart(
    title: "losses", qualityTitle: "loss", isLowerBetter: true, costs: [.init("flops", "FLOPs")],
    points: [(2.5, 10.0), (2.75, 20), (1.5, 40)].enumerated().map { index, point in
      .init(name: "\(index)", layout: "mlp", quality: point.0, costs: [point.1], isOnFront: true)
    })
  static let scatter = ScatterChart(
    title: "scores & losses", xTitle: "mad", yTitle: "loss",
    points: (0..<10).map { index in
      let (x, y) = (Double(index) / 10, 2 - Double(index * index % 7) / 10)
      return .init(
        name: "layout \(index)", group: index == 9 ? nil : "class \(index % 5)", x: x, y: y,
        standardErrorX: index == 2 ? 0.03 : nil, standardErrorY: index < 2 ? 0.05 : nil)
    }, line: [0, 0.45, 0.9].map { .init(x: $0, y: 2 - $0 / 2, low: 1.9 - $0 / 2, high: 2.2 - $0 / 2) },
    captions: ["kendall -0.52"])
  static let empty = ParetoFrontChart(
    title: "none", qualityTitle: "score", costs: [.init("state", "state")], points: [])
  static let single = ParetoFrontChart(
    title: "one", qualityTitle: "score", costs: [.init("state", "state")],
    points: [.init(name: "1", layout: "mlp", quality: 0.5, costs: [0], isOnFront: true)])

  private static func snapshot(_ name: String) throws -> String {
    let url = try #require(Bundle.module.url(forResource: "Snapshots/\(name)", withExtension: nil))
    return try String(contentsOf: url, encoding: .utf8)
  }

  @Test("the front of losses goes down with cost, and only what is lower than all that is cheaper is on its line")
  func losses() {
    let flags = Self.losses.vegaLite.text.components(separatedBy: "\"step_flops\": ").dropFirst().map {
      $0.hasPrefix("true")
    }
    #expect(flags == [true, false, true])
  }

  @Test("the bytes are those that were looked at")
  func snapshots() throws {
    let drawn = [
      ("pareto-front.svg", Self.chart.svg), ("pareto-front.vega.json", Self.chart.vegaLite.text),
      ("hypervolume-history.svg", Self.history.svg), ("scatter.svg", Self.scatter.svg),
      ("pareto-front.txt", Self.chart.terminalText(width: 72, isUnicode: true, isColored: false)),
    ]
    // With MADSEARCH_WRITE_SNAPSHOTS=FOLDER the new ones are written there.
    if let folder = ProcessInfo.processInfo.environment["MADSEARCH_WRITE_SNAPSHOTS"] {
      for (name, text) in drawn { try Data(text.utf8).write(to: URL(filePath: folder).appending(path: name)) }
    }
    for (name, text) in drawn { #expect(try text == Self.snapshot(name), "\(name)") }
  }

  @Test("drawings are XML whose numbers are finite and lie within the drawing", arguments: [chart, empty, single])
  func structure(chart: ParetoFrontChart) throws {
    let elements = try Self.elements(chart.svg)
    let size = try #require(elements.first?.attributes)
    let (width, height) = (Double(size["width"] ?? "") ?? 0, Double(size["height"] ?? "") ?? 0)
    #expect(width > 0 && height > 0)
    for element in elements {
      for (name, range) in [("x", 0...width), ("cx", 0...width), ("y", 0...height), ("cy", 0...height)] {
        if let text = element.attributes[name] {
          #expect(Double(text).map(range.contains) == true, "\(element.name) \(name)=\(text)")
        }
      }
      #expect(element.attributes.values.allSatisfy { !$0.contains("nan") && !$0.contains("inf") })
    }
  }

  @Test("every point with finite numbers is drawn once in each panel, hybrids as diamonds with their names")
  func marks() throws {
    let elements = try Self.elements(Self.chart.svg)
    let legend = 2
    #expect(elements.count { $0.name == "circle" } == 2 * 3 + legend)
    #expect(elements.count { $0.attributes["d"]?.hasSuffix("Z") == true } == 2 * 2 + 1)
    for name in ["samba", "jamba"] { #expect(Self.chart.svg.components(separatedBy: ">\(name)<").count == 3) }
    #expect(Self.chart.svg.contains("small &amp; &lt;fine&gt;"))
  }

  @Test("names cannot break the drawing")
  func escaping() throws {
    let name = "<a> & \"b\" 'c' \u{1}\u{FFFE}\n\u{1F600}"
    let chart = ParetoFrontChart(
      title: name, qualityTitle: name, costs: [.init("cost", name)],
      points: [.init(name: name, layout: name, hybrid: name, quality: 1, costs: [1], isOnFront: true)])
    #expect(try !Self.elements(chart.svg).isEmpty)
  }

  @Test("the Vega-Lite specification has all points, each panel with the front's steps")
  func vegaLite() throws {
    let specification = try #require(
      JSONSerialization.jsonObject(with: Data(Self.chart.vegaLite.text.utf8)) as? [String: Any])
    let values = try #require((specification["data"] as? [String: Any])?["values"] as? [[String: Any]])
    #expect(values.compactMap { $0["candidate"] as? String } == ["1", "2", "3", "4", "5"])
    #expect(values.compactMap { $0["step_flops"] as? Bool } == [true, false, true, false, true])
    #expect((specification["hconcat"] as? [Any])?.count == 2)
  }

  @Test("terminal charts keep to the width, in ASCII if asked, and name the hybrids", arguments: [20, 40, 72, 200])
  func terminal(width: Int) {
    let text = Self.chart.terminalText(width: width, isUnicode: false, isColored: false)
    #expect(text.allSatisfy { $0.isASCII })
    if width >= 40 { #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }) }
    #expect(text.contains("A samba") && text.contains("B jamba (front)"))
    #expect(!Self.chart.terminalText(width: width, isUnicode: true, isColored: false).contains("\u{1B}"))
    #expect(Self.chart.terminalText(width: width, isUnicode: true, isColored: true).contains("\u{1B}[34m●\u{1B}[0m"))
    #expect(Self.empty.terminalText(width: width, isUnicode: true, isColored: true) == "Nothing has been measured.\n")
  }

  /// - Throws: the parser's error if it is not XML.
  private static func elements(_ svg: String) throws -> [(name: String, attributes: [String: String])] {
    let (reader, parser) = (Reader(), XMLParser(data: Data(svg.utf8)))
    parser.delegate = reader
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    return reader.found
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var found: [(name: String, attributes: [String: String])] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { found.append((name, attributes)) }
  }
}
