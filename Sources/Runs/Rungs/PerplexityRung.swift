import Configuration
import Foundation
import LanguageModeling
import Layouts
import Search

/// The held-out loss after one training on text at one width.
public struct PerplexityRung: RungKind {
  /// What the trainings of all candidates have in common.
  public enum Amount: Hashable, Sendable {
    case tokens(Int)
    /// Of a training: the dearer a token, the fewer.
    case flops(Double)
  }

  public struct Entry: RungEntry, TextEntry {
    public static let key = "perplexity"
    public static let summary =
      "A language-model training, of as many tokens or of as many FLOPs for all candidates."
    public static let degree = 1

    public var corpus = RungText.standardCorpus
    public var dim = 128
    public var length = PerplexityPlan.standardLength
    public var amount: Amount

    public init(_ amount: Amount) { self.amount = amount }

    private var tokens: Int? {
      get { if case .tokens(let tokens) = amount { tokens } else { nil } }
      set { amount = newValue.map(Amount.tokens) ?? amount }
    }
    private var flops: Double? {
      get { if case .flops(let flops) = amount { flops } else { nil } }
      set { amount = newValue.map(Amount.flops) ?? amount }
    }

    public static func fields(after before: [any RungEntry]) -> FieldTable<Entry> {
      FieldTable(
        Entry(.tokens(1)),
        [
          RungText.corpusField(\.corpus), .init("dim", \.dim, .integer(in: 1...16_384), "Width."),
          RungText.lengthField(\.length),
          .init("tokens", \.tokens, .integer(in: 1...1_000_000_000_000), "Bytes to train on."),
          .init("flops", \.flops, .number(in: RungText.budgets), "FLOPs of the training."),
        ], choices: [.init(.exactlyOne, of: ["tokens", "flops"], for: "a training")])
    }
  }

  /// No training is longer.
  private static let mostSteps = 1e12

  public var text: RungText
  public let dim: Int
  public let amount: Amount

  public init(_ text: RungText, dim: Int, amount: Amount) { (self.text, self.dim, self.amount) = (text, dim, amount) }

  public init(_ entry: Entry, at place: RungPlace) {
    self.init(RungText(entry, at: place), dim: entry.dim, amount: entry.amount)
  }

  public func problems(in space: Space) -> [String] { space.misfits(dim: dim, length: text.plan.length) }

  public mutating func begin(at place: RungPlace) throws { try text.begin(at: place) }
  public func check() throws { _ = try text.read() }

  public var measure: QualityMeasure { .loss }
  public var floor: Double { -text.chance }

  public func work(_ layout: Layout, seeds: EvaluationSeeds) throws -> TextWork {
    let template = text.template(seed: seeds.own)
    let step = try PlannedTraining(layout, plan: template.at(dim: dim, steps: 1))
    let steps =
      switch amount {
      case .tokens(let tokens): (Double(tokens) / Double(template.stepTokens)).rounded(.up)
      case .flops(let flops): (flops / step.flops).rounded()
      }
    let plan = template.at(dim: dim, steps: Int(min(max(steps, 1), Self.mostSteps)))
    return text.work([try PlannedTraining(layout, plan: plan)])
  }

  public func finding(_ outcome: [PerplexityResult]) throws -> Finding {
    try Finding(loss: outcome.first?.heldOut, standardError: nil, of: outcome)
  }

  public var losses: [RungLoss] {
    switch amount {
    case .tokens(let tokens): [text.loss("tokens", "loss at \(RungText.number(Double(tokens))) tokens")]
    case .flops(let flops): [text.loss("flops", "loss at \(RungText.number(flops)) FLOPs")]
    }
  }

  public func readings(quality: Double, outcome: () throws -> [PerplexityResult]?) throws -> [LossReading] {
    [LossReading(loss: -quality, early: try outcome()?.first?.curve.first?.heldOut)]
  }
}

extension PerplexityRung.Amount: Codable {
  private enum CodingKeys: CodingKey { case tokens, flops }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let tokens = try container.decodeIfPresent(Int.self, forKey: .tokens) {
      self = .tokens(tokens)
    } else {
      self = .flops(try container.decode(Double.self, forKey: .flops))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .tokens(let tokens): try container.encode(tokens, forKey: .tokens)
    case .flops(let flops): try container.encode(flops, forKey: .flops)
    }
  }
}
