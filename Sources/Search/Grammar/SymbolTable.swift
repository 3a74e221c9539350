import Architecture
import Layouts

/// The different layers that a grammar can produce, numbered.
struct SymbolTable: Sendable {
  struct Symbol: Sendable {
    /// The layer in canonical form.
    let text: String
    let members: [LayerPrimitive]
    let costs: CostSummary
  }

  let meter: CostMeter
  private(set) var symbols: [Symbol] = []
  private var ids: [String: Int] = [:]

  init(meter: CostMeter) { self.meter = meter }

  subscript(id: Int) -> Symbol { symbols[id] }

  /// The number of a layer, new or known.
  /// - Throws: `ArchitectureError` if the layer cannot be built.
  mutating func intern(_ members: [LayerPrimitive]) throws -> Int {
    let layout = try Layout([members])
    if let id = ids[layout.canonical] { return id }
    let costs = try meter.layer(layout.layers[0])
    ids[layout.canonical] = symbols.count
    symbols.append(Symbol(text: layout.canonical, members: layout.layers[0], costs: costs))
    return symbols.count - 1
  }

  /// The number of a layer in canonical form, if the grammar knows it.
  func find(_ members: [LayerPrimitive]) -> Int? { ids[members.map(\.canonical).joined(separator: "|")] }
}
