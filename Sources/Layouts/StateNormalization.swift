import Architecture

/// Which integer options bring the state of a primitive nearest to a given size, so that layouts compete at equal state.
public struct StateNormalization: Sendable {
  /// The primitive with other values for some options.
  public struct Choice: Sendable {
    public let primitive: LayerPrimitive
    /// The options that are set, in declared order; none if the primitive stays as it is.
    public let changes: [(name: String, value: OptionValue)]
    public let state: Int
    /// Trained parameters, without normalisation.
    public let parameters: Int
  }

  /// The primitive as it was given.
  public let given: Choice
  /// The best value of each option that the state depends on, and a pair of options if only that comes within 5 % of
  /// the target; the recommended one first. Empty if none brings it nearer.
  ///
  /// The order: by the distance from the target in steps of 5 % of it, then by the number of options, then by the change
  /// in parameters in steps of 10 % of them, then as the options are declared, which is by importance.
  public let alternatives: [Choice]
  /// The first alternative, or the given one if that is as near.
  public let best: Choice

  /// - Parameters:
  ///   - target: the state wished for, in numbers per sequence.
  ///   - context: the length of the context that the state is of.
  /// - Throws: `ArchitectureError` if the primitive does not fit the width.
  public init(_ primitive: LayerPrimitive, nearest target: Int, dim: Int, context: Int) throws {
    let search = OptionSearch(
      primitive: primitive, target: target, context: ModelContext(dim: dim, maxLength: context))
    given = try search.choice([:])
    let state = given.state
    let declared = Set(primitive.options.declared.map(\.name))
    let options = primitive.type.specification.options.compactMap { option -> (name: String, values: [Int])? in
      // Of two options that say the same, the one that is given, else the one with a default.
      let isOther = option.insteadOf.map { option.defaultValue == nil || declared.contains($0) } ?? false
      guard case .integer(let range) = option.kind, !isOther || declared.contains(option.name) else { return nil }
      let values = search.values(in: range)
      let matters = values.contains { value in search.state([option.name: value]).map { $0 != state } ?? false }
      return matters ? (option.name, values) : nil
    }
    func isNearer(_ choice: Choice) -> Bool { abs(choice.state - target) < abs(state - target) }
    var found = options.compactMap { search.best($0.name, among: $0.values) }.filter(isNearer)
    func steps(_ choice: Choice) -> Double {
      (Double(abs(choice.state - target)) / (0.05 * Double(target))).rounded(.down)
    }
    let nearest = found.map(steps).min() ?? 0
    if nearest > 0, let pair = search.bestPair(options), steps(pair) < nearest { found.append(pair) }
    let given = given
    func parameterSteps(_ choice: Choice) -> Double {
      (Double(abs(choice.parameters - given.parameters)) / (0.1 * Double(max(given.parameters, 1)))).rounded(.down)
    }
    alternatives = found.enumerated().sorted { (a, b) in
      let (left, right) = (a.element, b.element)
      return (steps(left), left.changes.count, parameterSteps(left), a.offset)
        < (steps(right), right.changes.count, parameterSteps(right), b.offset)
    }.map(\.element)
    best = alternatives.first.flatMap { steps($0) < steps(given) ? $0 : nil } ?? given
  }
}

extension Layout {
  /// The layout with the state of each sequence mixer as near to `state` as its options allow, and what was considered
  /// for each, in order of appearance.
  /// - Throws: as `makeModel`.
  public func normalized(
    state: Int, dim: Int, context: Int
  ) throws -> (layout: Layout, primitives: [StateNormalization]) {
    _ = try makeModel(dim: dim, vocabulary: 2, maxLength: context)
    var known: [String: Int] = [:]
    var normalizations: [StateNormalization] = []
    let changed = try layers.map { group in
      try group.map { member in
        guard member.type.specification.kind == .sequenceMixer else { return member }
        let index = known[member.canonical] ?? normalizations.count
        if index == normalizations.count {
          normalizations.append(try StateNormalization(member, nearest: state, dim: dim, context: context))
          known[member.canonical] = index
        }
        return normalizations[index].best.primitive
      }
    }
    return (try Layout(changed), normalizations)
  }
}

/// Tries values of a primitive's integer options.
private struct OptionSearch {
  /// The most values of one option that are all tried.
  private static let mostValues = 1024

  let primitive: LayerPrimitive
  let target: Int
  let context: ModelContext

  /// The primitive with some options set, if it can be built so.
  private func build(
    _ changes: [String: Int]
  ) throws -> (any Primitive, LayerPrimitive, [(name: String, value: OptionValue)]) {
    let specification = primitive.type.specification
    let set = specification.options.compactMap { option in
      changes[option.name].map { (name: option.name, value: OptionValue.integer($0)) }
    }
    let kept = primitive.options.declared.filter { changes[$0.name] == nil }
    let options = try OptionValues(kept + set, for: specification)
    return (
      try primitive.type.init(options, in: context), LayerPrimitive(type: primitive.type, options: options).simplified,
      set
    )
  }

  func choice(_ changes: [String: Int]) throws -> StateNormalization.Choice {
    let (built, layer, set) = try build(changes)
    return StateNormalization.Choice(
      primitive: layer, changes: set, state: built.costs(time: context.maxLength).state,
      parameters: built.parameterCount)
  }

  /// The state with some options set; `nil` where the primitive cannot be built.
  func state(_ changes: [String: Int]) -> Int? {
    (try? build(changes))?.0.costs(time: context.maxLength).state
  }

  /// All values of a small range; of a large one the small values, powers of two and half-way to the next, and the
  /// divisors of the width.
  func values(in range: ClosedRange<Int>) -> [Int] {
    if range.count <= Self.mostValues { return Array(range) }
    return (Array(1...256) + Self.steps + (1...context.dim).filter { context.dim.isMultiple(of: $0) })
      .filter(range.contains).sortedWithoutRepeats
  }

  private static let steps = (0..<40).flatMap { [1 << $0, 3 << $0] }

  /// A measure of how good a state is: less is better.
  private func distance(_ changes: [String: Int]) -> Int? { state(changes).map { abs($0 - target) } }

  /// The value of one option that comes nearest; the smallest of several.
  func best(_ option: String, among values: [Int]) -> StateNormalization.Choice? {
    var best: (value: Int, distance: Int)?
    for value in values {
      guard let distance = distance([option: value]), distance < best?.distance ?? .max else { continue }
      best = (value, distance)
    }
    guard let (coarse, _) = best, let place = values.firstIndex(of: coarse) else { return nil }
    // Between the values that were tried the state is taken to rise or fall steadily.
    for neighbour in [place - 1, place + 1] where values.indices.contains(neighbour) {
      var (near, far) = (coarse, values[neighbour])
      while abs(far - near) > 1, let found = best, found.distance > 0 {
        let middle = near + (far - near) / 2
        guard let distance = distance([option: middle]) else { break }
        if distance < found.distance { best = (middle, distance) }
        guard let nearState = state([option: near]), let middleState = state([option: middle]) else { break }
        // The target lies between the states at `near` and `middle`, or beyond.
        if (nearState < target) == (middleState < target) { near = middle } else { far = middle }
      }
    }
    return best.flatMap { try? choice([option: $0.value]) }
  }

  /// The best values of two options together, among the small and round ones.
  func bestPair(_ options: [(name: String, values: [Int])]) -> StateNormalization.Choice? {
    let thinned = options.map { option in
      (
        option.name,
        option.values.filter { $0 <= 16 || Self.steps.contains($0) || context.dim.isMultiple(of: $0) }
      )
    }
    var best: (changes: [String: Int], distance: Int)?
    for (index, first) in thinned.enumerated() {
      for second in thinned[(index + 1)...] {
        for a in first.1 {
          for b in second.1 {
            guard let distance = distance([first.0: a, second.0: b]), distance < best?.distance ?? .max else {
              continue
            }
            best = ([first.0: a, second.0: b], distance)
          }
        }
      }
    }
    return best.flatMap { try? choice($0.changes) }
  }
}

extension [Int] {
  fileprivate var sortedWithoutRepeats: [Int] { Set(self).sorted() }
}
