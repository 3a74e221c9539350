import Architecture
import Reporting
import Runs
import Statistics
import Text

/// What `correlate` says of runs: every way to score on tasks against every loss in short, and one pair in full.
struct RunCorrelation {
  /// A score, a loss, and how many layouts have both.
  struct Pair {
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

  /// - Throws: `Failure` with status `badInput` if no score can be compared with any loss, or as `CorrelationSource`.
  init(_ names: [String]) throws {
    runs = names
    source = try CorrelationSource(names.map { try RunStore.open(RunArgument.folder($0), isReadOnly: true) })
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
      throw Failure(
        .badInput,
        "\(name): no rung is on text, so there is no loss; add a perplexity or isoflop rung to the space file and go on "
          + "with: \(Advice.command("resume", names[0], "--space")) FILE")
    }
    let most = pairs.map(\.count).max() ?? 0
    throw Failure(.badInput, "\(name): at least \(Self.fewest) layouts need a score and a loss, found \(most)")
  }

  /// The pair that is shown in full: the dearest score and the first loss unless they are chosen.
  /// - Throws: `Failure` with status `commandLine`.
  func chosen(score: String?, loss: String?) throws -> Pair {
    let losses = pairs.map(\.target.kind.rawValue)
    let kind = loss ?? losses.first ?? ""
    guard losses.contains(kind) else {
      throw Failure(
        .commandLine,
        "--y: there is no loss '\(kind)'" + suggestion(for: kind, among: unique(losses), otherwise: "the losses are"))
    }
    let own = pairs.filter { $0.target.kind.rawValue == kind }
    let names = own.map(\.predictor.definition.name)
    guard let name = score ?? names.last, let pair = own.last(where: { $0.predictor.definition.name == name }) else {
      let asked = score ?? ""
      throw Failure(
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
    var table = Table([
      .init("score", "score"), .init("loss", "loss"), .init("layouts", "layouts"), .init("seconds", "core-s"),
      .init("coefficient", "τ-b"), .init("low", "low"), .init("high", "high"), .init("pValue", "p"),
      .init("rangeLeft", "range left"),
    ])
    for pair in pairs {
      let study = try study(pair)
      let estimate = CorrelationEstimate(
        .kendall, study.score.values, study.target.values, repeats: settings.repeats,
        permutations: settings.permutations, seed: settings.seed)
      table.add(
        [
          .text(pair.predictor.name), .text(pair.title), .integer(pair.count),
          .number(source.scored(pair.predictor).seconds, decimals: 1), CorrelationTable.cell(estimate?.coefficient),
        ] + CorrelationTable.cells(estimate?.interval) + [
          CorrelationTable.cell(estimate?.pValue, decimals: 4),
          CorrelationTable.cell(source.rangeLeft(pair.predictor, pair.target), decimals: 2),
        ])
    }
    return table
  }

  /// What a dearer score gains over a cheaper one on the layouts that have both.
  func gains(_ settings: CorrelationReport.Settings) throws -> Table? {
    var table = Table([
      .init("score", "score"), .init("insteadOf", "instead of"), .init("loss", "loss"), .init("layouts", "layouts"),
      .init("seconds", "more core-s"), .init("difference", "stronger by"), .init("low", "low"), .init("high", "high"),
    ])
    for pair in pairs {
      let cheaper = pairs.filter { other in
        other.target == pair.target
          && source.scored(other.predictor).seconds < source.scored(pair.predictor).seconds
      }
      for other in cheaper {
        let (dear, cheap) = (
          try source.study(pair.predictor, pair.target, with: [other.predictor]),
          try source.study(other.predictor, pair.target, with: [pair.predictor])
        )
        guard dear.things.count >= Self.fewest else { continue }
        let gain = CorrelationReport.comparisons(dear.score, cheap.score, dear.target, settings).first {
          $0.kind == .kendall
        }
        table.add(
          [
            .text(pair.predictor.name), .text(other.predictor.name), .text(pair.title), .integer(dear.things.count),
            .number(source.scored(pair.predictor).seconds - source.scored(other.predictor).seconds, decimals: 1),
            CorrelationTable.cell(gain?.difference),
          ] + CorrelationTable.cells(gain?.interval))
      }
    }
    return table.rows.isEmpty ? nil : table
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
