/// A drawing in Scalable Vector Graphics, element by element; the same calls give the same bytes.
struct SVG {
  /// Attributes in the order in which they are written.
  typealias Attributes = KeyValuePairs<String, any SVGValue>

  private var body = ""
  private var depth = 1

  /// Adds an element that may contain a text.
  mutating func element(_ name: String, _ attributes: Attributes, text: String? = nil) {
    let start = indent + "<" + name + Self.written(attributes)
    body += start + (text.map { ">" + Self.escaped($0) + "</\(name)>\n" } ?? "/>\n")
  }

  /// Adds an element with a text that readers show when the pointer rests on it.
  mutating func element(_ name: String, _ attributes: Attributes, hint: String) {
    body += indent + "<" + name + Self.written(attributes) + "><title>" + Self.escaped(hint) + "</title></\(name)>\n"
  }

  /// Adds a label at its place, with a line to its point where it stands far from it.
  mutating func label(_ label: LabelPlacement.Label, _ place: LabelPlacement.Place, color: String) {
    let box = place.box
    if place.isFar {
      let end = LabelPlacement.end(of: label, box)
      element("line", ["x1": label.x, "y1": label.y, "x2": end.x, "y2": end.y, "stroke": color, "stroke-width": 0.6])
    }
    element(
      "text",
      [
        "x": (box.left + box.right) / 2, "y": box.bottom - 1.5, "text-anchor": "middle", "fill": color,
        "stroke": "#ffffff", "stroke-width": 2.5, "paint-order": "stroke",
      ], text: label.text)
  }

  /// Adds a group of what `content` draws.
  mutating func group(_ attributes: Attributes, _ content: (inout SVG) -> Void) {
    body += indent + "<g" + Self.written(attributes) + ">\n"
    depth += 1
    content(&self)
    depth -= 1
    body += indent + "</g>\n"
  }

  /// The whole document on white ground, which says in words what it shows.
  func document(width: Double, height: Double, title: String) -> String {
    let size: Attributes = [
      "xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height,
      "viewBox": "0 0 \(width.svgText) \(height.svgText)", "role": "img",
      "font-family": "Helvetica, Arial, 'Liberation Sans', sans-serif", "font-size": 12,
    ]
    return "<svg" + Self.written(size) + ">\n  <title>" + Self.escaped(title) + "</title>\n"
      + "  <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body + "</svg>\n"
  }

  private var indent: String { String(repeating: "  ", count: depth) }

  private static func written(_ attributes: Attributes) -> String {
    attributes.map { " \($0.key)=\"\(escaped($0.value.svgText))\"" }.joined()
  }

  /// Text as XML has it; characters that XML does not allow become the replacement character.
  static func escaped(_ text: String) -> String {
    var written = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": written += "&amp;"
      case "<": written += "&lt;"
      case ">": written += "&gt;"
      case "\"": written += "&quot;"
      case "\t", "\n", "\r": written += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: written += "\u{FFFD}"
      default: written.unicodeScalars.append(scalar)
      }
    }
    return written
  }
}

/// What an attribute may be.
protocol SVGValue {
  var svgText: String { get }
}

extension String: SVGValue {
  var svgText: String { self }
}

extension Int: SVGValue {
  var svgText: String { String(self) }
}

extension Double: SVGValue {
  /// With at most two decimals, so that the last bits of a logarithm leave no trace.
  var svgText: String {
    guard isFinite, magnitude < 1e12 else { return "0" }
    let hundredths = Int((self * 100).rounded())
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return sign + "\(whole)" }
    let decimals = rest.isMultiple(of: 10) ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
    return sign + "\(whole).\(decimals)"
  }
}
