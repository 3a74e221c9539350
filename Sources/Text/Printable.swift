extension String {
  /// The text as a terminal may be given it: control characters, and those that turn the direction of a line, become
  /// escapes such as `\u001b`. Line feeds and tabs stay.
  public var printable: String {
    guard unicodeScalars.contains(where: \.isDisturbing) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isDisturbing {
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Whether a terminal would do anything but show it.
  var isDisturbing: Bool {
    switch value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F..<0xA0: true
    // Line and paragraph separators, and what changes the direction of writing.
    case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
