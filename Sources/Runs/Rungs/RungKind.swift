import Configuration
import Foundation
import Layouts
import Search

/// A rung of a run: what candidates are evaluated on there, and what comes out. A kind of rung is a type of this protocol in
/// a file of its own, and a line in `RungKinds`.
///
/// A value is made of what the space file says and completed when a run begins. From then on the archive keeps it: a run
/// does not change when a file or a default does.
public protocol RungKind: Codable, Hashable, Sendable {
  /// What a space file says of it.
  associatedtype Entry: RungEntry
  /// What one evaluation does.
  associatedtype Work: EvaluationWork

  // MARK: From space file to run

  /// - Throws: `ConfigurationErrors` if a file that the entry names cannot be understood.
  init(_ entry: Entry, at place: RungPlace) throws
  /// Reasons why candidates of a space cannot be evaluated.
  func problems(in space: Space) -> [String]
  /// Notes what outside of the program it depends on, such as the content of a corpus.
  /// - Throws: `ConfigurationErrors`, or another error if the machine is to blame.
  mutating func begin(at place: RungPlace) throws
  /// - Throws: if what it depends on is not there, or has changed since the run began.
  func check() throws
  /// Whether results of both can be compared, given that space files say the same of them.
  func isMeasured(as other: Self) -> Bool

  // MARK: Words

  /// What reports and the command line call it.
  var name: String { get }
  /// The name with that of its kind, where rungs of all kinds stand side by side.
  var title: String { get }
  /// What its scores are called where they are compared with losses.
  var scoreName: String { get }
  var measure: QualityMeasure { get }

  // MARK: Evaluations

  /// The quality from which hypervolume counts: that of guessing.
  var floor: Double { get throws }
  /// How often at most a contender is measured, given what the space says.
  func replicates(_ limit: Int) -> Int
  /// What an evaluation of a layout does.
  /// - Throws: if the layout cannot be evaluated.
  func work(_ layout: Layout, seeds: EvaluationSeeds) throws -> Work
  /// What the archive keeps of an outcome.
  func finding(_ outcome: Work.Outcome) throws -> Finding

  // MARK: Correlations

  /// The losses that scores of other rungs are compared with; none of a rung that measures scores.
  var losses: [RungLoss] { get }
  /// What an evaluation says of each of these losses, in their order.
  /// - Parameters:
  ///   - quality: as the archive has it.
  ///   - outcome: reads the trainings from the archive.
  func readings(quality: Double, outcome: () throws -> Work.Outcome?) throws -> [LossReading]
  /// How the loss falls with the compute, if the rung measures it at several budgets.
  func scaling(_ outcome: Work.Outcome) -> ScaledLoss?
}

/// Where a space file has a rung.
public struct RungPlace {
  /// In the file, for messages, e.g. `$.rungs[1].perplexity`.
  let path: String
  /// The folder beside which the rung's files are meant.
  let folder: URL
  /// The text of a file.
  let text: (URL) throws -> String

  public init(path: String, folder: URL, text: @escaping (URL) throws -> String) {
    (self.path, self.folder, self.text) = (path, folder, text)
  }

  /// A file that the space file names.
  func file(_ name: String) -> URL { URL(filePath: name, relativeTo: folder) }

  /// The error of a key of the rung.
  func error(_ key: String, _ reason: String) -> ConfigurationErrors {
    ConfigurationErrors([.init(path: "\(path).\(key)", reason: reason)])
  }
}

/// Of one evaluation.
public struct EvaluationSeeds: Sendable {
  /// Of initial weights and order; different in each replicate.
  let own: UInt64
  /// Of tasks' data: that of the first replicate, so that all candidates are compared on the same examples.
  let data: UInt64

  public init(own: UInt64, data: UInt64) { (self.own, self.data) = (own, data) }
}

/// A loss that a rung measures.
public struct RungLoss: Hashable, Sendable {
  /// `tokens`, `flops`, `optimal` or `extrapolated`.
  public let kind: String
  /// E.g. `loss at 2e+06 tokens`.
  public let name: String
  /// The text, by name or a path.
  public let corpus: String
}

/// What one evaluation says of a loss.
public struct LossReading: Sendable {
  /// In nats per byte; none if it does not say.
  let loss: Double?
  /// Held-out loss after a tenth of the tokens.
  let early: Double?
}

extension RungKind {
  public var name: String { Entry.key }
  public var title: String { Entry.key }
  public var scoreName: String { name }
  public func replicates(_ limit: Int) -> Int { limit }

  public mutating func begin(at place: RungPlace) throws {}
  public func check() throws {}
  public func isMeasured(as other: Self) -> Bool { true }
  public var losses: [RungLoss] { [] }
  public func readings(quality: Double, outcome: () throws -> Work.Outcome?) throws -> [LossReading] { [] }
  public func scaling(_ outcome: Work.Outcome) -> ScaledLoss? { nil }

  /// The key of its kind in files.
  public static var key: String { Entry.key }
}
