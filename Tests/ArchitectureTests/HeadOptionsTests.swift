import Architecture
import Testing

@Suite("Heads by their number or by their channels")
struct HeadOptionsTests {
  static let names = ["attention", "linear-attention", "gated-linear-attention", "gated-deltanet"]

  private static func primitive(_ name: String, _ option: String, _ value: Int, dim: Int) throws -> any Primitive {
    let type = try Primitives.named(name).type
    let options = try OptionValues([(option, .integer(value))], for: type.specification)
    return try type.init(options, in: ModelContext(dim: dim, maxLength: 64))
  }

  @Test("both ways make the same primitive", arguments: names)
  func same(_ name: String) throws {
    for (dim, heads) in [(64, 1), (64, 4), (128, 8), (96, 48)] {
      let number = try Self.primitive(name, "heads", heads, dim: dim)
      let channels = try Self.primitive(name, "head_dim", dim / heads, dim: dim)
      #expect(number.parameters.map(\.shape) == channels.parameters.map(\.shape))
      #expect(number.costs(time: 100) == channels.costs(time: 100))
    }
  }

  @Test("one of the two may be given, whatever the defaults are", arguments: names)
  func exclusive(_ name: String) throws {
    let specification = try Primitives.named(name).type.specification
    for heads in [4, 8, 16] {
      #expect(throws: ArchitectureError.exclusiveOptions("heads", "head_dim", primitive: name)) {
        try OptionValues([("heads", .integer(heads)), ("head_dim", .integer(16))], for: specification)
      }
    }
  }

  @Test("what is given hides the default of the other", arguments: names)
  func hidden(_ name: String) throws {
    let specification = try Primitives.named(name).type.specification
    let options = try OptionValues([("head_dim", .integer(2))], for: specification)
    #expect(options["head_dim"] == .integer(2) && options["heads"] == nil)
  }

  @Test("heads that do not divide the width are refused with the option that says so", arguments: names)
  func unsuitable(_ name: String) throws {
    #expect(
      throws: ArchitectureError.unsuitable(primitive: name, reason: "head_dim must divide the width 64, found 12")
    ) { try Self.primitive(name, "head_dim", 12, dim: 64) }
    #expect(throws: ArchitectureError.unsuitable(primitive: name, reason: "heads must divide the width 64, found 12")) {
      try Self.primitive(name, "heads", 12, dim: 64)
    }
  }
}
