import Architecture
import Engine
import Layouts
import Testing

@Suite("Layout notation under random text")
struct NotationFuzzTests {
  @Test("every way to write a layout gives the same layout")
  func spellings() throws {
    var random = RandomStream(seed: 20, "spellings")
    for _ in 0..<8_000 {
      let sequence = RandomLayout.sequence(&random)
      let layout = try Layout(RandomLayout.layers(sequence))
      var spelling = RandomSpelling(random: random)
      let texts = [spelling.write(sequence), spelling.write(sequence)]
      random = spelling.random
      for text in texts {
        let parsed = try Layout(parsing: text)
        guard parsed == layout, try Layout(parsing: parsed.canonical) == layout else {
          Issue.record("\(text) is read as \(parsed), not \(layout)")
          return
        }
      }
    }
  }

  @Test("no text crashes; what is read is a fixed point, what is not has a place", arguments: 0..<4)
  func texts(_ part: Int) {
    var random = RandomStream(seed: 21, "texts", .init(part))
    var valid = 0
    for _ in 0..<55_000 {
      let text =
        switch part {
        case 0: Self.noise(&random)
        case 1: Self.fragments(&random)
        case 2: Self.mutated(&random)
        default: random.integer(below: 20) == 0 ? Self.monster(&random) : Self.mutated(&random)
        }
      do {
        let layout = try Layout(parsing: text)
        valid += 1
        guard let again = try? Layout(parsing: layout.canonical), again.canonical == layout.canonical else {
          Issue.record("\(layout) is no fixed point")
          return
        }
      } catch {
        let scalars = text.unicodeScalars.count
        guard (0...scalars).contains(error.offset), error.line >= 1, error.column >= 1, !error.message.isEmpty,
          error.message.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
          error.message.count < 1_500, error.description.split(separator: "\n").count <= 3,
          error.excerpt.hasSuffix("^")
        else {
          Issue.record("the error of \(text.debugDescription) is malformed: \(error)")
          return
        }
      }
    }
    if part > 0 { #expect(valid > 400) }
  }

  /// Any scalars: control characters, combining marks, emoji, signs.
  private static func noise(_ random: inout RandomStream) -> String {
    var text = ""
    for _ in 0..<random.integer(below: 40) {
      let bound: Int =
        switch random.integer(below: 4) {
        case 0: 0x30
        case 1: 0x80
        case 2: 0x3000
        default: 0x11_0000
        }
      if let scalar = Unicode.Scalar(UInt32(random.integer(below: bound))) { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  private static let pieces: [String] =
    Primitives.all.flatMap { type in
      [type.specification.name] + type.specification.aliases.map(\.name)
        + type.specification.options.flatMap { ["(\($0.name)=1)", "(\($0.name)=", $0.name] }
    } + [
      " ", " ", " ", " ", " ", "(", ")", "|", "*", "=", ",", "2*", "3*(", "1024*", "0*", "\n", "\r\n", "\t",
      "megatron:",
      "megatron:-", "-E*M", "99999999999999999999", "-1", "é", "\u{0}", "\u{202E}", "🧪", "true", "dense", "()",
    ]

  private static func fragments(_ random: inout RandomStream) -> String {
    (0..<random.integer(below: 14)).map { _ in pieces[random.integer(below: pieces.count)] }.joined()
  }

  /// A good text with a few scalars deleted, doubled, replaced, swapped or cut off.
  private static func mutated(_ random: inout RandomStream) -> String {
    var spelling = RandomSpelling(random: random)
    let text = spelling.write(RandomLayout.sequence(&spelling.random, depth: 1))
    random = spelling.random
    var scalars = Array(text.unicodeScalars.prefix(300))
    for _ in 0..<random.integer(below: 4) where !scalars.isEmpty {
      let place = random.integer(below: scalars.count)
      switch random.integer(below: 6) {
      case 0: scalars.remove(at: place)
      case 1: scalars.insert(scalars[place], at: place)
      case 2: scalars.swapAt(place, random.integer(below: scalars.count))
      case 3: scalars.removeSubrange(place...)
      case 4: scalars.insert(contentsOf: pieces[random.integer(below: pieces.count)].unicodeScalars, at: place)
      default: scalars[place] = Unicode.Scalar(UInt8(random.integer(below: 128)))
      }
    }
    var result = ""
    result.unicodeScalars.append(contentsOf: scalars)
    return result
  }

  /// Deep, wide, long and large.
  private static func monster(_ random: inout RandomStream) -> String {
    let count = 1 + random.integer(below: 4_000)
    func many(_ piece: String) -> String { String(repeating: piece, count: count) }
    switch random.integer(below: 10) {
    case 0: return many("1*(") + "mlp" + many(")")
    case 1: return many("1024*(") + "mlp" + many(")")
    case 2: return many("2*") + "mlp"
    case 3: return many("9") + "*mlp"
    case 4: return "mlp" + many("|mlp")
    case 5: return many("mlp ")
    case 6: return "mlp(dim_inner=" + many("1") + ")"
    case 7: return "megatron:" + many("-")
    case 8: return many("(")
    default: return many("1*(mlp ") + many(")")
    }
  }
}
