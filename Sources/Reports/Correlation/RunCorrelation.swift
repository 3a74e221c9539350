import Architecture
import Reporting
import Runs
import Statistics
import Text

/// What `correlate` says of runs: every way to score on tasks against every loss in short, and one pair in full.
package struct RunCorrelation {
  /// A score, a loss, and how many layouts have both.
  package struct Pair {
    let predictor: CorrelationSource.Predictor
    let target: CorrelationSource.Target
    let title: String
    let count: Int
  }

  static let fewest = 3

  let runs: [String]
  let source: CorrelationSource
  /// Those of which at least three layouts have both, by loss.
  let pairs: [Pair]

  /// - Parameter runs: with the names that they were given by.
  /// - Throws: `RunCorrelationError` if no score can be compared with any loss, or as `CorrelationSource`.
  package init(_ runs: [(name: String, store: RunStore)]) throws {
    let names = runs.map(\.name)
    self.runs = names
    source = try CorrelationSource(runs.map(\.store))
    let targets = source.targets
    var pairs: [Pair] = []
    for target in targets {
      let isAmbiguous = targets.count { $0.name == target.name } > 1
      for predictor in source.predictors {
        pairs.append(
          Pair(
            predictor: predictor, target: target, title: target.name + (isAmbiguous ? " on \(target.corpus)" : ""),
            count: source.count(predictor, target)))
      }
    }
    self.pairs = pairs.filter { $0.count >= Self.fewest }
    guard self.pairs.isEmpty else { return }
    let name = names.joined(separator: ", ")
    if targets.isEmpty {
      throw RunCorrelationError(
        .input,
        "\(name): no rung is on text, so there is no loss; add a perplexity or isoflop rung to the space file and go on "
          + "with: \(Advice.command("resume", names[0], "--space")) FILE")
    }
    let most = pairs.map(\.count).max() ?? 0
    throw RunCorrelationError(.input, "\(name): at least \(Self.fewest) layouts need a score and a loss, found \(most)")
  }

  /// The pair that is shown in full: the dearest score and the first loss unless they are chosen.
  /// - Throws: `RunCorrelationError`.
  package func chosen(score: String?, loss: String?) throws -> Pair {
    let losses = pairs.map(\.target.kind)
    let kind = loss ?? losses.first ?? ""
    guard losses.contains(kind) else {
      throw RunCorrelationError(
        .commandLine,
        "--y: there is no loss '\(kind)'" + suggestion(for: kind, among: unique(losses), otherwise: "the losses are"))
    }
    let own = pairs.filter { $0.target.kind == kind }
    let names = own.map(\.predictor.rungName)
    guard let name = score ?? names.last, let pair = own.last(where: { $0.predictor.rungName == name }) else {
      let asked = score ?? ""
      throw RunCorrelationError(
        .commandLine,
        "--x: there is no score '\(asked)'" + suggestion(for: asked, among: unique(names), otherwise: "the scores are"))
    }
    return pair
  }

  private func unique(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  func study(_ pair: Pair) throws -> CorrelationStudy { try source.study(pair.predictor, pair.target) }

  // MARK: In short

  /// Kendall's coefficients of all pairs.
  func overview(_ settings: CorrelationReport.Settings) throws -> Table {
    typealias Row = (pair: Pair, estimate: CorrelationEstimate?)
    let rows = try pairs.map { pair -> Row in
      let study = try study(pair)
      let estimate = CorrelationEstimate(
        .kendall, study.score.values, study.target.values, repeats: settings.repeats,
        permutations: settings.permutations, seed: settings.seed)
      return (pair, estimate)
    }
    let known: [Column<Row>] = [
      Column("score") { .text($0.pair.predictor.name) }, Column("loss") { .text($0.pair.title) },
      Column("layouts") { .integer($0.pair.count) },
      Column("coreSeconds", "core-s") { .number(source.scored($0.pair.predictor).seconds, decimals: 1) },
      Column("coefficient", "τ-b") { .number(or: $0.estimate?.coefficient, decimals: 3) },
    ]
    let rest: [Column<Row>] = [
      Column("pValue", "p") { .number(or: $0.estimate?.pValue, decimals: 4) },
      Column("rangeLeft", "range left") {
        .number(or: source.rangeLeft($0.pair.predictor, $0.pair.target), decimals: 2)
      },
    ]
    return Table(columns(known, CorrelationColumns.interval { $0.estimate?.interval }, rest), rows)
  }

  /// What a dearer score gains over a cheaper one on the layouts that have both.
  func gains(_ settings: CorrelationReport.Settings) throws -> Table {
    typealias Gain = (pair: Pair, other: Pair, layouts: Int, comparison: CorrelationReport.Comparison?)
    func seconds(_ pair: Pair) -> Double { source.scored(pair.predictor).seconds }
    var rows: [Gain] = []
    for pair in pairs {
      for other in pairs where other.target == pair.target && seconds(other) < seconds(pair) {
        let dear = try source.study(pair.predictor, pair.target, with: [other.predictor])
        let cheap = try source.study(other.predictor, pair.target, with: [pair.predictor])
        guard dear.things.count >= Self.fewest else { continue }
        let gain = CorrelationReport.comparisons(dear.score, cheap.score, dear.target, settings).first {
          $0.kind == .kendall
        }
        rows.append((pair, other, dear.things.count, gain))
      }
    }
    let known: [Column<Gain>] =
      [
        Column("score") { .text($0.pair.predictor.name) },
        Column("insteadOf", "instead of") { .text($0.other.predictor.name) },
        Column("loss") { .text($0.pair.title) }, Column("layouts") { .integer($0.layouts) },
        Column("moreCoreSeconds", "more core-s") { .number(seconds($0.pair) - seconds($0.other), decimals: 1) },
        Column("difference", "stronger by") { .number(or: $0.comparison?.difference, decimals: 3) },
      ]
    return Table(columns(known, CorrelationColumns.interval { $0.comparison?.interval }), rows)
  }

  /// What of all pairs has to be known before believing it.
  var notes: [String] {
    let narrowed = pairs.filter { (source.rangeLeft($0.predictor, $0.target) ?? 1) < 0.95 }
    return narrowed.isEmpty
      ? []
      : [
        "range left: of the scores' standard deviation over all layouts, what those with a loss have; they were chosen by "
          + "their scores, which makes any correlation weaker"
      ]
  }
}

/// Why runs cannot be correlated as they were asked to be.
package struct RunCorrelationError: ReportedError {
  package let fault: Fault
  package let description: String

  init(_ fault: Fault, _ description: String) { (self.fault, self.description) = (fault, description) }
}
