import Architecture
import Engine
import TestSupport
import Testing

/// Shapes for every primitive: one token, odd lengths, lengths around the blocks of chunked kernels, several widths.
struct GradientShape: Sendable, CustomStringConvertible {
  let primitive: String
  let batch, time, dim: Int
  var description: String { "\(primitive) [\(batch), \(time), \(dim)]" }

  static let all: [GradientShape] = Primitives.all.flatMap { type in
    [(2, 1, 32), (1, 7, 48), (3, 33, 16), (2, 65, 32), (1, 130, 64)].map { batch, time, dim in
      GradientShape(primitive: type.specification.name, batch: batch, time: time, dim: dim)
    }
  }
}

@Suite("Gradients against central finite differences")
struct GradientTests {
  @Test("every tensor's directional derivative agrees", arguments: GradientShape.all)
  func derivative(_ shape: GradientShape) throws {
    let (type, _) = try Primitives.named(shape.primitive)
    // Defaults are for width 128; narrower layers take as many heads as fit. All experts are active: a change of the
    // choice is a jump, which differences cannot measure (the golden vectors cover the choice).
    let fitting: [(name: String, value: OptionValue)] = [
      ("heads", .integer(4)), ("num_experts", .integer(4)), ("active_experts", .integer(4)),
    ].filter { pair in type.specification.options.contains { $0.name == pair.name } }
    let primitive = try type.init(
      try OptionValues(fitting, for: type.specification), in: ModelContext(dim: shape.dim, maxLength: shape.time + 3))
    let run = LayerRun(primitive, batch: shape.batch, time: shape.time, dim: shape.dim, seed: 7)
    let wrong = GradientCheck.mismatches(run, seed: UInt64(shape.time))
    #expect(wrong.isEmpty, "\(wrong)")
  }
}
