import Architecture
import Layouts

extension Space {
  /// A layout with channel mixers of the width that brings its parameters nearest to the space's target, and its costs.
  ///
  /// All channel mixers whose `dim_inner` is not given are scaled by the same factor. A layout without any stays as it is.
  /// - Throws: `LayerError` or `ArchitectureError` if it cannot be built.
  func fitted(_ layout: Layout) throws -> (layout: Layout, costs: CostSummary) {
    let costs = try meter.layout(layout)
    guard let target = file.normalize.parameters else { return (layout, costs) }
    var mixers: [String: ScaledMixer] = [:]
    var scaled = 0.0
    for member in layout.layers.joined() {
      guard let mixer = try mixers[member.canonical] ?? ScaledMixer(member, meter) else { continue }
      mixers[member.canonical] = mixer
      scaled += mixer.parameters
    }
    guard scaled > 0 else { return (layout, costs) }
    let factor = (Double(target) - (Double(costs.parameters) - scaled)) / scaled
    let layers = layout.layers.map { layer in
      layer.map { member in mixers[member.canonical]?.scaled(by: factor) ?? member }
    }
    let fitted = try Layout(layers)
    return (fitted, try meter.layout(fitted))
  }

  /// The same layout as the grammar has it, before its channel mixers were scaled.
  func unfitted(_ layout: Layout) -> Layout? {
    guard file.normalize.parameters != nil else { return nil }
    return try? Layout(
      layout.layers.map { layer in
        layer.map { member in
          guard member.hasFreeWidth(ignoringValue: true) else { return member }
          let others = member.options.declared.filter { $0.name != LayerPrimitive.width }
          guard let options = try? OptionValues(others, for: member.type.specification) else { return member }
          return LayerPrimitive(type: member.type, options: options)
        }
      })
  }
}

extension LayerPrimitive {
  static let width = "dim_inner"

  /// Whether it is a channel mixer whose width nobody has given.
  fileprivate func hasFreeWidth(ignoringValue: Bool = false) -> Bool {
    let specification = type.specification
    return specification.kind == .channelMixer && specification.options.contains { $0.name == Self.width }
      && (ignoringValue || !options.declared.contains { $0.name == Self.width })
  }
}

/// A channel mixer whose parameters are `fixed + slope · width`.
private struct ScaledMixer {
  let primitive: LayerPrimitive
  let parameters, fixed, slope: Double
  let range: ClosedRange<Int>

  /// None if the width is given, or is no option of the primitive.
  init?(_ primitive: LayerPrimitive, _ meter: CostMeter) throws {
    guard primitive.hasFreeWidth(),
      let option = primitive.type.specification.options.first(where: { $0.name == LayerPrimitive.width }),
      case .integer(let range) = option.kind,
      let narrow = primitive.setting(LayerPrimitive.width, to: .integer(16)),
      let wide = primitive.setting(LayerPrimitive.width, to: .integer(32))
    else { return nil }
    func count(_ primitive: LayerPrimitive) throws -> Double { Double(try meter.layer([primitive]).parameters) }
    let (low, high) = (try count(narrow), try count(wide))
    self.primitive = primitive
    self.range = range
    slope = (high - low) / 16
    fixed = low - 16 * slope
    parameters = try count(primitive)
    guard slope > 0 else { return nil }
  }

  /// Wide ones have a width that is a multiple of 8, narrow ones of less: of 1/16 of the width at most.
  func scaled(by factor: Double) -> LayerPrimitive {
    let wish = min(max((factor * parameters - fixed) / slope, 1), Double(range.upperBound))
    var step = 1
    while step < 8, Double(32 * step) <= wish { step *= 2 }
    let width = min(Int((wish / Double(step)).rounded()) * step, range.upperBound)
    return primitive.setting(LayerPrimitive.width, to: .integer(width)) ?? primitive
  }
}
