import Configuration
import Layouts

extension Grammar {
  /// Builds, checks and unrolls the rules of a file.
  /// - Throws: `ConfigurationErrors`.
  init(_ file: GrammarFile, meter: CostMeter, stateFit: StateFit?) throws(ConfigurationErrors) {
    var builder = GrammarBuilder(file, meter: meter, stateFit: stateFit)
    let first = builder.build()
    try builder.problems.check()
    guard let first else { throw ConfigurationErrors([.init(path: "$.grammar", reason: "it has no start")]) }

    var unroller = Unroller(builder.nodes, symbols: builder.symbols)
    let rules = file.rules.compactMap { entry in builder.ids[entry.name].map { (entry.name, $0) } }
    let state = unroller.unroll(first, rules: rules)
    try unroller.problems.check()
    guard let state else { throw ConfigurationErrors([.init(path: "$.grammar", reason: "it derives no layout")]) }
    (nodes, states, start) = (builder.nodes, unroller.states, state)
    (symbols, self.rules) = (unroller.symbols, builder.ids)
    try checkSize()
  }

  /// No layout may have too many layers or too long a text.
  private func checkSize() throws(ConfigurationErrors) {
    let layers = states[start].layers.upperBound
    let longest = symbols.symbols.map(\.text.utf8.count).max() ?? 0
    guard layers <= Layout.maximumLayers, layers * (longest + 1) <= Layout.maximumLength else {
      throw ConfigurationErrors([
        .init(
          path: "$.grammar",
          reason: layers > Layout.maximumLayers
            ? "its layouts have up to \(layers) layers, at most \(Layout.maximumLayers) are possible; "
              + "lower a repeat count or a depth"
            : "the texts of its layouts have up to \(layers * (longest + 1)) characters, "
              + "at most \(Layout.maximumLength) are possible")
      ])
    }
  }
}
