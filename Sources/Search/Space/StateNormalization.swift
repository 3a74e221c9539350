import Architecture

/// Gives sequence mixers of fixed state the option value that brings their state nearest to a target, as MAD does.
///
/// Only primitives whose state does not grow with the context are fitted, and only by an option that nobody gave. Full
/// attention, windows and short convolutions stay as they are.
struct StateNormalization: Sendable {
  /// The options that hold the state, in order of preference.
  private static let options = ["d_state", "filter_order", "heads", "head_dim"]

  let target: Int
  let context: ModelContext

  /// - Parameter given: the options that stay; those that differ from the defaults unless said.
  func fit(_ primitive: LayerPrimitive, given: Set<String>? = nil) -> LayerPrimitive {
    let specification = primitive.type.specification
    let given = given ?? Set(primitive.options.declared.map(\.name))
    guard specification.kind == .sequenceMixer, let own = state(primitive), own.isFixed else { return primitive }
    for option in specification.options where Self.options.contains(option.name) && !given.contains(option.name) {
      guard case .integer(let range) = option.kind else { continue }
      var best = (primitive: primitive, distance: abs(own.numbers - target))
      var changes = false
      for value in range.lowerBound...min(range.upperBound, context.dim) {
        guard let other = primitive.setting(option.name, to: .integer(value)), let state = state(other) else {
          continue
        }
        changes = changes || state.numbers != own.numbers
        let distance = abs(state.numbers - target)
        if distance < best.distance { best = (other, distance) }
      }
      if changes { return best.primitive }
    }
    return primitive
  }

  /// The state, and whether it is the same at any context.
  private func state(_ primitive: LayerPrimitive) -> (numbers: Int, isFixed: Bool)? {
    guard let made = try? primitive.type.init(primitive.options, in: context) else { return nil }
    let (short, long) = (made.costs(time: 1 << 16).state, made.costs(time: 1 << 17).state)
    return (short, short == long)
  }
}

extension LayerPrimitive {
  /// The same with another value of an option, if that is allowed.
  func setting(_ option: String, to value: OptionValue) -> LayerPrimitive? {
    let others = options.declared.filter { $0.name != option }
    guard let options = try? OptionValues(others + [(option, value)], for: type.specification) else { return nil }
    return LayerPrimitive(type: type, options: options)
  }
}
