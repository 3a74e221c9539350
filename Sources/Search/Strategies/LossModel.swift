import Foundation
import Statistics

/// A Gaussian process of the loss over candidates, on normal scores.
struct LossModel<Domain: SearchDomain> {
  /// The posterior of a candidate with what it takes to update it.
  struct Guess {
    fileprivate let features: StackKernel.Features
    fileprivate(set) var posterior: GaussianProcess.Posterior
  }

  private(set) var weights: StackKernel.Weights
  /// The posterior mean of the loss of each entry, on the model's scale; infinite if it failed.
  private(set) var beliefs: [Double] = []
  private var kernel: StackKernel
  private let process: GaussianProcess
  private let features: [StackKernel.Features]

  /// More entries than this are not learnt from, as the time grows with the cube of their number.
  private static var mostEntries: Int { 500 }

  /// Fits the kernel's weights from those of the last fit.
  /// - Returns: nil if there is nothing to learn from.
  init?(_ all: [SearchArchive<Domain>.Entry], _ start: StackKernel.Weights) {
    let known = all.indices.filter { !all[$0].loss.isNaN }
    guard known.count > 1 else { return nil }
    var kernel = StackKernel(costs: all.map(\.costs))
    let allFeatures = all.map { kernel.features($0.symbols, costs: $0.costs) }
    // A failure is worse than anything that was measured.
    let allTargets = NormalScores.scores(all.map(\.loss))
    let chosen = Self.learnt(all)
    let (entries, features) = (chosen.map { all[$0] }, chosen.map { allFeatures[$0] })
    let targets = chosen.map { allTargets[$0] }
    let replicates = entries.map { Double($0.replicates) }
    var distances: [StackKernel.Distances] = []
    for (index, a) in features.enumerated() {
      for b in features[...index] { distances.append(kernel.distances(a, b)) }
    }
    func process(_ weights: StackKernel.Weights) -> GaussianProcess? {
      let count = features.count
      var matrix = [Double](repeating: 0, count: count * count)
      var place = 0
      for i in 0..<count {
        for j in 0...i {
          matrix[i * count + j] = distances[place].similarity(weights)
          place += 1
        }
      }
      return GaussianProcess(correlations: matrix, noise: replicates.map { weights.noise / $0 }, targets: targets)
    }
    func score(_ weights: StackKernel.Weights) -> Double {
      (process(weights)?.logLikelihood ?? -.infinity) + weights.logPrior
    }
    let best = LikelihoodFit.climb(from: start, score)
    guard let fitted = process(best) else { return nil }
    (self.kernel, self.features, self.process, weights) = (kernel, features, fitted, best)
    beliefs = all.indices.map { index in
      guard !all[index].loss.isNaN else { return .infinity }
      return fitted.posterior(correlations: similarities(allFeatures[index])).mean
    }
  }

  /// The places of the entries that are learnt from: of very many the best half by front, where the search is, and of the
  /// others an even choice.
  private static func learnt(_ entries: [SearchArchive<Domain>.Entry]) -> [Int] {
    guard entries.count > mostEntries else { return Array(entries.indices) }
    let ranked = Dominance.nonDominatedSort(entries.map(\.objectives)).joined()
    let best = ranked.prefix(mostEntries / 2)
    let others = ranked.dropFirst(best.count)
    let count = mostEntries - best.count
    let spread = others.enumerated().filter { place, _ in
      place * count / others.count != (place + 1) * count / others.count
    }
    return (best + spread.map(\.element)).sorted()
  }

  private func similarities(_ own: StackKernel.Features) -> [Double] {
    features.map { kernel.distances(own, $0).similarity(weights) }
  }

  mutating func guess(_ symbols: [String], costs: Objectives) -> Guess {
    let own = kernel.features(symbols, costs: costs)
    return Guess(features: own, posterior: process.posterior(correlations: similarities(own)))
  }

  /// Takes a guess on as if `other` had come out as expected.
  func believe(_ other: Guess, in guess: inout Guess) {
    let similarity = kernel.distances(guess.features, other.features).similarity(weights)
    process.believe(other.posterior, correlation: similarity, noise: weights.noise, in: &guess.posterior)
  }

  /// The reference point on the model's scale: the loss a little beyond the worst, the costs as given.
  func reference(_ given: Objectives?, _ believed: [Objectives]) -> Objectives {
    let sound = believed.filter { $0[0].isFinite }
    return (sound.first ?? []).indices.map { index in
      let values = sound.map { $0[index] }
      let (least, most) = (values.min() ?? 0, values.max() ?? 0)
      if index > 0, let given { return given[index] }
      return most + 0.1 * (most - least)
    }
  }
}

extension StackKernel.Weights {
  static let least = 1e-3
  static let most = 30.0

  /// Normal in the logarithms, about the start and wide: it keeps weights finite that the data say nothing about.
  var logPrior: Double {
    let start = Self()
    return all.reduce(0) { sum, path in
      let deviation = log(self[keyPath: path] / start[keyPath: path]) / 1.5
      return sum - deviation * deviation / 2
    }
  }
}

/// Finds good weights by steps along one at a time.
enum LikelihoodFit {
  static func climb(from start: StackKernel.Weights, _ score: (StackKernel.Weights) -> Double) -> StackKernel.Weights {
    var best = start
    var bestScore = score(start)
    var factor = 2.5
    for _ in 0..<3 {
      for path in best.all {
        for direction in [factor, 1 / factor] {
          var other = best
          let value = best[keyPath: path] * direction
          other[keyPath: path] = min(max(value, StackKernel.Weights.least), StackKernel.Weights.most)
          let otherScore = score(other)
          if otherScore > bestScore {
            (best, bestScore) = (other, otherScore)
            break
          }
        }
      }
      factor = factor.squareRoot()
    }
    return best
  }
}
