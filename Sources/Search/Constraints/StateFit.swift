import Architecture
import Layouts

/// Gives sequence mixers of fixed state the option values that bring their state nearest to a target, as MAD does: the
/// first way of `StateNormalization` that leaves alone what was given.
///
/// What grows with the context, such as full attention, stays as it is.
struct StateFit: Sendable {
  let target: Int
  let dim: Int
  /// Tokens at which the state is counted.
  let context: Int

  /// - Parameter given: the options that stay; those that differ from the defaults unless said.
  func fit(_ primitive: LayerPrimitive, given: Set<String>? = nil) -> LayerPrimitive {
    let given = given ?? Set(primitive.options.declared.map(\.name))
    guard primitive.type.specification.kind == .sequenceMixer, isFixed(primitive),
      let found = try? StateNormalization(primitive, nearest: target, dim: dim, context: context),
      let choice = found.alternatives.first(where: { choice in !choice.changes.contains { given.contains($0.name) } }),
      steps(choice.state) < steps(found.given.state)
    else { return primitive }
    return choice.primitive
  }

  /// The distance from the target in steps of 5 %: nearer than that is as good.
  private func steps(_ state: Int) -> Int { 20 * abs(state - target) / max(target, 1) }

  private func isFixed(_ primitive: LayerPrimitive) -> Bool {
    let long = 1 << 17
    let size = ModelContext(dim: dim, maxLength: long)
    guard let made = try? primitive.type.init(primitive.options, in: size) else { return false }
    return made.costs(time: long).state == made.costs(time: long / 2).state
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
