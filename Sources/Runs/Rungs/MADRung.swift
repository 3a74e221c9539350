import Architecture
import Configuration
import Foundation
import Layouts
import MADTasks
import Search

/// Accuracy on MAD tasks, scored as a protocol says.
public struct MADRung: RungKind {
  public struct Entry: RungEntry {
    public static let key = "mad"
    public static let summary = "MAD tasks."
    public static let degree = 0

    /// Built in, or the name of a file.
    public var protocolName: String
    /// The models' width; the protocol's own unless given.
    public var dim: Int?

    public init(protocolName: String, dim: Int? = nil) { (self.protocolName, self.dim) = (protocolName, dim) }

    public static func fields(after before: [any RungEntry]) -> FieldTable<Entry> {
      FieldTable(
        Entry(protocolName: ""),
        [
          .init(
            "protocol", \.protocolName, .word(of: ScoringProtocol.builtIn.map(\.name), orFile: ".json"),
            isRequired: true, "A built-in protocol, or a file."),
          .init(
            "dim", \.dim, .integer(in: 1...16_384), "Width of the trainings; the protocol's own unless given."),
        ])
    }
  }

  public let definition: ScoringProtocol
  /// The models' width, if it is not the protocol's.
  public let dim: Int?

  public init(_ definition: ScoringProtocol, dim: Int? = nil) {
    (self.definition, self.dim) = (definition, dim == definition.dim ? nil : dim)
  }

  public init(_ entry: Entry, at place: RungPlace) throws {
    let name = entry.protocolName
    if let builtIn = ScoringProtocol.builtIn.first(where: { $0.name == name }) {
      self.init(builtIn, dim: entry.dim)
      return
    }
    do {
      self.init(try ScoringProtocol(parsing: place.text(place.file(name))), dim: entry.dim)
    } catch {
      throw place.error("protocol", "\(name): \(error)")
    }
  }

  public func problems(in space: Space) -> [String] {
    let lengths = definition.settings.compactMap { try? MADTasks.setting($0.setting).inputLength }
    return space.misfits(dim: dim ?? definition.dim, length: lengths.max() ?? 128)
  }

  public func isMeasured(as other: MADRung) -> Bool { definition == other.definition }

  public var name: String { definition.name }
  public var title: String { "\(Self.key) \(definition.name)" }
  public var scoreName: String { definition.name + (dim.map { " at width \($0)" } ?? "") }
  public var measure: QualityMeasure { .score }
  public var floor: Double { get throws { try definition.chance } }

  public func work(_ layout: Layout, seeds: EvaluationSeeds) throws -> TaskWork {
    TaskWork(
      plans: try definition.plans(seed: seeds.own, dim: dim).map {
        var plan = $0
        plan.dataSeed = seeds.data
        return plan
      })
  }

  public func finding(_ outcome: [TrialResult]) throws -> Finding {
    try Finding(
      ScoreCard(layout: outcome.first?.layout ?? "", results: outcome, measure: definition.measure, accuracy: .pooled),
      results: outcome)
  }
}

/// Trainings on tasks. Finished ones are kept in a folder, from which an interrupted evaluation goes on.
public struct TaskWork: EvaluationWork {
  private static let file = "trainings.jsonl"

  public let plans: [TrialPlan]

  public init(plans: [TrialPlan]) { self.plans = plans }

  public func run(_ layout: Layout, in folder: URL, _ control: EvaluationControl) throws -> [TrialResult]? {
    try folder.makeFolder()
    let file = ResultFile(folder.appending(path: Self.file))
    // What is damaged is trained anew.
    let finished = (try? file.read()) ?? []
    if finished.isEmpty { unlink(file.url.plainPath) }
    return try Evaluation(layout, plans: plans, jobs: 1)
      .run(finished: finished, onResult: { try file.append($0) }, onProgress: { _ in control.onProgress() })
  }

  public func isAnswered(by outcome: [TrialResult], of layout: String) -> Bool {
    outcome.map(\.plan) == plans && outcome.allSatisfy { $0.layout == layout }
  }

  public func cost(of layout: Layout) throws -> EvaluationCost {
    EvaluationCost(trainings: plans.count, flops: try plans.reduce(0) { try $0 + $1.trainingFLOPs(of: layout) })
  }
}

extension Finding {
  /// Trainings on tasks. One that diverged counts as chance in the score, and the evaluation as diverged.
  public init(_ card: ScoreCard, results: [TrialResult]) throws {
    try self.init(
      status: results.contains { $0.status == .diverged } ? .diverged : .done, score: card.score,
      standardError: card.standardError,
      scores: Dictionary(card.tasks.map { ($0.task, $0.score) }, uniquingKeysWith: { first, _ in first }),
      seconds: card.seconds, trainings: results)
  }
}
