import Configuration
import Engine
import Foundation
import LanguageModeling
import Layouts
import Search

/// The compute-optimal loss, from trainings on text at several sizes for each FLOP budget.
public struct IsoFLOPRung: RungKind {
  public struct Entry: RungEntry, TextEntry {
    public static let key = "isoflop"
    public static let summary = "Model sizes at FLOP budgets."
    public static let degree = 2
    /// The target unless given, in budgets.
    private static let standardReach = 10.0

    public var corpus = RungText.standardCorpus
    public var length = PerplexityPlan.standardLength
    /// Growing.
    public var budgets: [Double]
    /// Models for each budget.
    public var sizes = 4
    /// The FLOPs at which the scaled loss is extrapolated.
    public var target: Double

    public init(budgets: [Double]) {
      (self.budgets, target) = (budgets, Self.standardReach * (budgets.last ?? 0))
    }

    public static func fields(after before: [any RungEntry]) -> FieldTable<Entry> {
      var initial = Entry(budgets: [])
      initial.corpus = before.compactMap { ($0 as? any TextEntry)?.corpus }.last ?? initial.corpus
      return FieldTable(
        initial,
        [
          .init(
            "budgets", .list(of: "budgets", .number(in: RungText.budgets), count: 1...100, following: grow),
            isRequired: true, "FLOPs of the trainings, growing.", get: { $0.budgets.isEmpty ? nil : $0.budgets },
            set: { $0.budgets = $1 }),
          .init("sizes", \.sizes, .integer(in: 3...100), "Model sizes per budget."),
          RungText.corpusField(\.corpus, or: "; that of the rung before unless given"),
          RungText.lengthField(\.length),
          .init(
            "target", .number(in: 1e6...1e27),
            "FLOPs to extrapolate the scaled loss to; ten times the last budget unless given.",
            get: { $0.budgets.isEmpty ? nil : $0.target }, set: { $0.target = $1 }),
        ]
      ) { entry, object, _ in
        if object["target"] == nil { entry.target = Entry(budgets: entry.budgets).target }
      }
    }

    private static func grow(_ budget: Double, _ before: [Double], _ place: JSONPlace, _ problems: inout Problems) {
      guard let last = before.last, budget <= last else { return }
      problems.add(place.path, "budgets must grow, found \(place.value.summary) after \(RungText.number(last))")
    }
  }

  public var text: RungText
  public let budgets: [Double]
  public let sizes: Int
  public let target: Double

  public init(_ text: RungText, budgets: [Double], sizes: Int, target: Double) {
    (self.text, self.budgets, self.sizes, self.target) = (text, budgets, sizes, target)
  }

  public init(_ entry: Entry, at place: RungPlace) {
    self.init(RungText(entry, at: place), budgets: entry.budgets, sizes: entry.sizes, target: entry.target)
  }

  /// Whether a layout of the space cannot be trained for the smallest budget.
  public func problems(in space: Space) -> [String] {
    var random = RandomStream(seed: space.file.seed, "budget")
    guard let layout = space.sample(using: &random)?.layout else { return [] }
    do {
      _ = try work(layout, seeds: .init(own: 1, data: 1))
      return []
    } catch {
      return ["of '\(layout)': \(error)"]
    }
  }

  public mutating func begin(at place: RungPlace) throws { try text.begin(at: place) }
  public func check() throws { _ = try text.read() }

  public var measure: QualityMeasure { .loss }
  public var floor: Double { -text.chance }

  /// The trainings are many, and tell their noise.
  public func replicates(_ limit: Int) -> Int { 1 }

  public func work(_ layout: Layout, seeds: EvaluationSeeds) throws -> TextWork {
    let plan = try IsoFLOPPlan(layout, budgets: budgets, sizes: sizes, template: text.template(seed: seeds.own))
    return text.work(plan.trainings.map(\.planned))
  }

  /// Some trainings may diverge as long as there is a loss at the largest budget.
  public func finding(_ outcome: [PerplexityResult]) throws -> Finding {
    let scaled = scaling(outcome)
    return try Finding(loss: scaled?.loss, standardError: scaled?.standardError, of: outcome)
  }

  public var losses: [RungLoss] {
    [
      text.loss("optimal", "compute-optimal loss at \(RungText.number(budgets.last ?? 0)) FLOPs"),
      text.loss("extrapolated", "extrapolated loss at \(RungText.number(target)) FLOPs"),
    ]
  }

  public func readings(quality: Double, outcome: () throws -> [PerplexityResult]?) throws -> [LossReading] {
    [
      LossReading(loss: -quality, early: nil),
      LossReading(loss: try outcome().flatMap(scaling)?.extrapolated, early: nil),
    ]
  }

  public func scaling(_ outcome: [PerplexityResult]) -> ScaledLoss? {
    ScaledLoss(outcome, budgets: budgets, target: target)
  }
}
