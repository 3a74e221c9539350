import Engine
import Foundation
import Statistics
import Testing

@Suite("IsoFLOP comparison")
struct IsoFLOPComparisonTests {
  private static let budgets = (0..<5).map { 1e15 * pow(4, Double($0)) }

  /// Loss at the optimum `floor` + `coefficient` C^-0.1, more by 0.05 for the square of the distance in log size; the
  /// optimum is √C / 10 times `shift`.
  private static func fit(
    floor: Double = 2, coefficient: Double, shift: Double = 1, sizes: [Double] = [0.25, 0.5, 1, 2, 4],
    budgets: [Double] = budgets, noise: () -> Double = { 0 }
  ) -> IsoFLOPFit {
    IsoFLOPFit(
      budgets: budgets.map { flops in
        IsoFLOPFit.Budget(
          sizes.map { size in
            IsoFLOPFit.Run(
              size: flops.squareRoot() / 10 * shift * size, tokens: nil, flops: flops,
              loss: floor + coefficient * pow(flops, -0.1) + 0.05 * log(size) * log(size) + noise())
          }, flops: flops)
      })
  }

  @Test("differences and perplexity ratios at equal compute are those of the laws")
  func difference() throws {
    let comparison = IsoFLOPComparison(Self.fit(coefficient: 30), baseline: Self.fit(coefficient: 33))
    for (index, flops) in Self.budgets.enumerated() {
      let difference = try #require(comparison.lossDifference(at: .budget(index)))
      #expect(abs(difference + 3 * pow(flops, -0.1)) < 1e-9)
    }
    let predicted = try #require(comparison.lossDifference(at: .flops(1e19)))
    #expect(abs(predicted + 3 * pow(1e19, -0.1)) < 1e-3)
  }

  @Test("the compute for the baseline's loss, within the budgets and beyond")
  func compute() throws {
    let comparison = IsoFLOPComparison(Self.fit(coefficient: 30), baseline: Self.fit(coefficient: 33))
    // 30 (share C)^-0.1 = 33 C^-0.1.
    let share = pow(10.0 / 11.0, 10.0)
    for index in Self.budgets.indices {
      let place = IsoFLOPFit.Place.budget(index)
      #expect(try #require(comparison.computeNeeded(at: place)).isInside == (index > 0))
      #expect(try #require(comparison.computeShare(at: place)).isNear(share, 0.02))
    }
    let other = IsoFLOPComparison(comparison.baseline, baseline: comparison.fit)
    let beyond = try #require(other.computeNeeded(at: .budget(4)))
    #expect(!beyond.isInside && (beyond.flops / Self.budgets[4]).isNear(1 / share, 0.02))
    let same = IsoFLOPComparison(comparison.fit, baseline: comparison.fit)
    #expect(try #require(same.computeShare(at: .budget(2))).isNear(1, 1e-9))
  }

  @Test("a loss below the floor takes infinite compute; two optima tell by their line, one tells nothing")
  func limits() throws {
    let high = Self.fit(floor: 2.5, coefficient: 30)
    let comparison = IsoFLOPComparison(high, baseline: Self.fit(coefficient: 20))
    let never = try #require(comparison.computeNeeded(at: .flops(1e19)))
    #expect(never.flops == .infinity && !never.isInside)
    let two = Self.fit(floor: 0, coefficient: 30, budgets: [1e15, 1e16])
    let beyond = try #require(two.compute(loss: 30 * pow(1e17, -0.1)))
    #expect(!beyond.isInside && beyond.flops.isNear(1e17, 1e-6))
    #expect(Self.fit(coefficient: 30, budgets: [1e15]).compute(loss: 2.5) == nil)
    #expect(Self.fit(coefficient: -1, budgets: [1e15, 1e16]).compute(loss: 1.5) == nil, "loss grows with compute")
  }

  @Test("budgets without an optimum inside, or without runs, are not compared")
  func undefined() {
    let beyond = IsoFLOPComparison(
      Self.fit(coefficient: 30, sizes: [2, 3, 4]), baseline: Self.fit(coefficient: 33))
    #expect(beyond.lossDifference(at: .budget(0)) == nil && beyond.computeNeeded(at: .budget(0)) == nil)
    #expect(beyond.lossDifference(at: .flops(1e19)) == nil)
    let empty = IsoFLOPComparison(Self.fit(coefficient: 30, sizes: []), baseline: Self.fit(coefficient: 33))
    #expect(empty.fit.budgets.count == 5 && empty.lossDifference(at: .budget(0)) == nil)
    #expect(empty.lossDifference(budget: 0, size: 1e7) == nil)
    #expect(empty.fit.bootstrap(repeats: 5, seed: 1) == nil)
  }

  @Test("losses at a state that both have measured around")
  func equalState() throws {
    let comparison = IsoFLOPComparison(
      Self.fit(coefficient: 30, shift: 0.5), baseline: Self.fit(coefficient: 33))
    let optimum = try #require(comparison.baseline.usedOptimum(1)).size
    #expect(optimum.isNear(Self.budgets[1].squareRoot() / 10, 1e-6))
    let difference = try #require(comparison.lossDifference(budget: 1, size: optimum))
    #expect(abs(difference + 3 * pow(Self.budgets[1], -0.1) - 0.05 * log(2) * log(2)) < 1e-9)
    let apart = IsoFLOPComparison(Self.fit(coefficient: 30, shift: 0.01), baseline: comparison.baseline)
    #expect(apart.lossDifference(budget: 1, size: optimum) == nil)
  }

  @Test("intervals of noisy studies hold the truth in about 95 of 100")
  func coverage() throws {
    var random = RandomStream(seed: 3, "noise")
    let sizes = [0.2, 0.4, 0.7, 1, 1.5, 2.5, 5]
    // Two budgets have no power law to fit, so that many studies take little time.
    let budgets = [1e15, 1e16]
    let difference = -3 * pow(budgets[1], -0.1)
    // The line through the two optima, without noise.
    let exact = IsoFLOPComparison(
      Self.fit(coefficient: 30, budgets: budgets), baseline: Self.fit(coefficient: 33, budgets: budgets))
    let share = try #require(exact.computeShare(at: .budget(1)))
    var (held, heldShare) = (0, 0)
    for study in 0..<200 {
      func noisy(_ coefficient: Double) -> IsoFLOPFit {
        Self.fit(coefficient: coefficient, sizes: sizes, budgets: budgets) { 0.003 * random.normal() }
      }
      let draws = [noisy(30), noisy(33)].enumerated().compactMap {
        $1.bootstrap(repeats: 200, seed: UInt64(2 * study + $0))
      }
      let both = IsoFLOPComparison.bootstrap(draws[0], baseline: draws[1])
      let interval = try #require(both.interval { $0.lossDifference(at: .budget(1)) })
      let shares = try #require(both.interval { $0.computeShare(at: .budget(1)) })
      held += interval.low < difference && difference < interval.high ? 1 : 0
      heldShare += shares.low < share && share < shares.high ? 1 : 0
    }
    #expect((178...198).contains(held) && (178...198).contains(heldShare), "\(held), \(heldShare) of 200")
  }

  @Test("the draws of the two are independent")
  func independence() throws {
    var random = RandomStream(seed: 4, "noise")
    func noisy(_ coefficient: Double) -> IsoFLOPFit {
      Self.fit(coefficient: coefficient, budgets: [1e15, 1e16]) { 0.003 * random.normal() }
    }
    let (one, two) = (noisy(30).bootstrap(repeats: 400, seed: 1), noisy(33).bootstrap(repeats: 400, seed: 2))
    let draws = IsoFLOPComparison.bootstrap(try #require(one), baseline: try #require(two))
    #expect(draws.replicates.count == 400 && draws.failures == 0)
    // The variance of a difference is then the sum of variances.
    func variance(_ quantity: (IsoFLOPComparison) -> Double?) -> Double {
      let values = draws.replicates.compactMap(quantity)
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
    let sum = variance { $0.fit.loss(at: .budget(1)) } + variance { $0.baseline.loss(at: .budget(1)) }
    #expect(variance { $0.lossDifference(at: .budget(1)) }.isNear(sum, 0.25))
  }

  @Test("a power law backwards")
  func powerLaw() throws {
    let compute = [1e15, 1e16, 1e17, 1e18]
    let law = try #require(PowerLaw(compute: compute, losses: compute.map { 2 + 30 * pow($0, -0.1) }))
    #expect(try #require(law.compute(loss: 2 + 30 * pow(1e19, -0.1))).isNear(1e19, 0.02))
    #expect(law.compute(loss: 1) == .infinity)
    let growing = try #require(PowerLaw(compute: compute, losses: compute.map { pow($0, 0.05) }))
    #expect(growing.compute(loss: 10) == nil)
  }
}
