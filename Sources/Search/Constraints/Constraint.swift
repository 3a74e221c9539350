import Architecture
import Layouts
import Text

/// A bound on what a layout may cost or consist of.
public struct Constraint: Sendable {
  public enum Quantity: Sendable, Hashable {
    case parameters, state, flops, layers
    /// Of a rule or a primitive.
    case share(String)
  }

  public let quantity: Quantity
  public let bounds: Bounds
  /// Where it stands in the file.
  public let path: String
  /// Of a share: what is counted, and among what.
  let share: ShareCounter?

  /// The least or most that it allows, and what a layout has instead.
  public struct Violation: Sendable, Hashable, CustomStringConvertible {
    public let quantity: Quantity
    public let found: Double
    public let bound: Double
    /// How far it lies beyond the bound, in proportion to it.
    public let excess: Double

    public var description: String {
      "\(quantity) is \(NumberText.short(found)), \(found > bound ? "at most" : "at least") "
        + "\(NumberText.short(bound)) is allowed"
    }
  }

  /// The value of the constrained quantity; none if it is the share among nothing.
  func value(_ layers: [[LayerPrimitive]], _ costs: CostSummary) -> Double? {
    switch quantity {
    case .parameters: Double(costs.parameters)
    case .state: Double(costs.state)
    case .flops: costs.forwardFLOPs
    case .layers: Double(costs.layers)
    case .share: share.flatMap { $0.share(layers) }
    }
  }

  func violation(_ layers: [[LayerPrimitive]], _ costs: CostSummary) -> Violation? {
    guard let found = value(layers, costs), !bounds.contains(found) else { return nil }
    let bound = found < bounds.min ?? -.infinity ? bounds.min ?? 0 : bounds.max ?? 0
    return Violation(
      quantity: quantity, found: found, bound: bound, excess: abs(found - bound) / max(abs(bound), 1e-9))
  }
}

extension Constraint.Quantity: CustomStringConvertible {
  public var description: String {
    switch self {
    case .parameters: "parameters"
    case .state: "state"
    case .flops: "flops"
    case .layers: "layers"
    case .share(let name): "the share of \(name)"
    }
  }
}

/// Counts the primitives that a name stands for among those of the same kind: sequence mixers, channel mixers or both.
///
/// A primitive's name stands for the primitive with any options, a rule's name for what the rule can derive.
struct ShareCounter: Sendable {
  /// Canonical names without options, or canonical primitives with them.
  private let counted: Set<String>
  private let hasOptions: Bool
  private let kinds: Set<PrimitiveSpecification.Kind>

  init(primitive: PrimitiveSpecification) {
    (counted, hasOptions, kinds) = ([primitive.name], false, [primitive.kind])
  }

  init(primitives: [LayerPrimitive]) {
    (counted, hasOptions) = (Set(primitives.map(\.canonical)), true)
    kinds = Set(primitives.map { $0.type.specification.kind })
  }

  func counts(_ layer: [LayerPrimitive]) -> (counted: Int, among: Int) {
    var counts = (counted: 0, among: 0)
    for member in layer where kinds.contains(member.type.specification.kind) {
      counts.among += 1
      if counted.contains(hasOptions ? member.canonical : member.type.specification.name) { counts.counted += 1 }
    }
    return counts
  }

  func share(_ layers: [[LayerPrimitive]]) -> Double? {
    let all = layers.map(counts)
    let among = all.reduce(0) { $0 + $1.among }
    return among == 0 ? nil : Double(all.reduce(0) { $0 + $1.counted }) / Double(among)
  }
}
