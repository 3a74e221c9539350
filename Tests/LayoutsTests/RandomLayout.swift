import Architecture
import Engine

/// A random layout with its repeats, to be written in many ways.
indirect enum RandomLayout {
  case group([LayerPrimitive])
  case repeated(Int, [RandomLayout])

  static func sequence(_ random: inout RandomStream, depth: Int = 0) -> [RandomLayout] {
    (0...random.integer(below: depth == 0 ? 4 : 3)).map { _ in
      if depth < 2, random.integer(below: 3) == 0 {
        return .repeated(1 + random.integer(below: 4), sequence(&random, depth: depth + 1))
      }
      let members = random.integer(below: 4) == 0 ? 2 + random.integer(below: 3) : 1
      return .group((0..<members).map { _ in primitive(&random) })
    }
  }

  static func primitive(_ random: inout RandomStream) -> LayerPrimitive {
    let type = Primitives.all[random.integer(below: Primitives.all.count)]
    let specification = type.specification
    var values: [(name: String, value: OptionValue)] = []
    for option in specification.options where random.integer(below: 3) == 0 {
      if let other = option.insteadOf, values.contains(where: { $0.name == other }) { continue }
      values.append((option.name, self.value(option, &random)))
    }
    guard let options = try? OptionValues(values, for: specification) else {
      preconditionFailure("the values of \(specification.name) are allowed")
    }
    return LayerPrimitive(type: type, options: options)
  }

  static func value(_ option: OptionSpecification, _ random: inout RandomStream) -> OptionValue {
    switch option.kind {
    case .integer(let range):
      .integer(range.lowerBound + random.integer(below: min(range.count, 40)))
    case .word(let words): .word(words[random.integer(below: words.count)])
    case .flag: .flag(random.integer(below: 2) == 0)
    }
  }

  static func layers(_ sequence: [RandomLayout]) -> [[LayerPrimitive]] {
    sequence.flatMap { node -> [[LayerPrimitive]] in
      switch node {
      case .group(let members): [members]
      case .repeated(let count, let body): (0..<count).flatMap { _ in layers(body) }
      }
    }
  }
}

/// Writes a layout in one of the many ways that mean the same.
struct RandomSpelling {
  var random: RandomStream

  mutating func write(_ sequence: [RandomLayout]) -> String {
    maybeSpace() + items(sequence) + maybeSpace()
  }

  private mutating func items(_ sequence: [RandomLayout]) -> String {
    var written: [String] = []
    for node in sequence { written.append(item(node)) }
    return written.dropFirst().reduce(written[0]) { $0 + space() + $1 }
  }

  private mutating func item(_ node: RandomLayout) -> String {
    switch node {
    case .group(let members):
      var written = shuffled(members).map { primitive($0) }
      let first = written.removeFirst()
      let text = written.reduce(first) { $0 + maybeSpace() + "|" + maybeSpace() + $1 }
      switch random.integer(below: 8) {
      case 0 where members.count == 1: return "1" + maybeSpace() + "*" + maybeSpace() + text
      case 1: return "1*(" + maybeSpace() + text + maybeSpace() + ")"
      default: return text
      }
    case .repeated(let count, let body):
      switch random.integer(below: 3) {
      case 0:
        let copies = (0..<count).map { _ in items(body) }
        return copies.dropFirst().reduce(copies[0]) { $0 + space() + $1 }
      case 1 where count % 2 == 0:
        return "2*\(count / 2)*(" + items(body) + maybeSpace() + ")"
      default:
        return "\(zeros())\(count)" + maybeSpace() + "*" + maybeSpace() + "(" + maybeSpace() + items(body) + ")"
      }
    }
  }

  private mutating func primitive(_ primitive: LayerPrimitive) -> String {
    let specification = primitive.type.specification
    var given = primitive.options.declared
    for option in specification.options where random.integer(below: 4) == 0 {
      // A default may be written out.
      if let value = option.defaultValue,
        !given.contains(where: { $0.name == option.name || $0.name == option.insteadOf })
      {
        given.append((option.name, value))
      }
    }
    var name = specification.name
    // An alias will do if everything it stands for is also said.
    if !specification.aliases.isEmpty, random.integer(below: 2) == 0 {
      let alias = specification.aliases[random.integer(below: specification.aliases.count)]
      let implied = alias.options.map { pair in
        specification.options.first { $0.name == pair.name || $0.aliases.contains(pair.name) }?.name ?? pair.name
      }
      var complete = given
      for option in implied where !complete.contains(where: { $0.name == option }) {
        guard let value = specification.options.first(where: { $0.name == option })?.defaultValue else { break }
        complete.append((option, value))
      }
      if implied.allSatisfy({ option in complete.contains { $0.name == option } }) {
        (name, given) = (alias.name, complete)
      }
    }
    guard !given.isEmpty else { return random.integer(below: 6) == 0 ? name + "()" : name }
    var options: [String] = []
    for (option, value) in shuffled(given) {
      let names = specification.options.first { $0.name == option }.map { [$0.name] + $0.aliases } ?? [option]
      var text = value.description
      if case .integer(let number) = value, number >= 0 { text = zeros() + text }
      options.append(names[random.integer(below: names.count)] + maybeSpace() + "=" + maybeSpace() + text)
    }
    let first = options.removeFirst()
    let list = options.reduce(first) { $0 + maybeSpace() + "," + maybeSpace() + $1 }
    return name + "(" + maybeSpace() + list + maybeSpace() + ")"
  }

  private mutating func zeros() -> String { random.integer(below: 10) == 0 ? "00" : "" }

  private mutating func maybeSpace() -> String { random.integer(below: 4) == 0 ? space() : "" }

  private mutating func space() -> String {
    let spaces = [" ", " ", " ", "  ", "\n", "\r\n", "\t", "\u{A0}", "\u{2028}"]
    return spaces[random.integer(below: spaces.count)]
  }

  private mutating func shuffled<Element>(_ elements: [Element]) -> [Element] { elements.shuffled(using: &random) }
}
