import Foundation
import Search

/// What a run was started with, or goes on with since it was extended. Layouts and settings are stored as text that
/// explains itself.
public struct RunSettings: Codable, Sendable, Equatable {
  public var name: String
  /// The space file as it was read.
  public var space: String
  private var storedRungs: [StoredRung]
  public var strategy: String
  /// Known hybrids and layouts that are evaluated first: the space's and those of the command line.
  public var seeds: [String]
  /// At the first rung, seeds included.
  public var candidates: Int
  /// On the clock, over all sessions.
  public var hours: Double?
  /// Of trainings.
  public var coreHours: Double?
  public var seed: UInt64
  /// Objectives and the reference point of the hypervolume, the same for the whole run.
  public var scale: ObjectiveScale

  public init(
    name: String, space: String, rungs: [any RungKind], strategy: String, seeds: [String], candidates: Int,
    hours: Double? = nil, coreHours: Double? = nil, seed: UInt64, scale: ObjectiveScale
  ) {
    (self.name, self.space, self.strategy) = (name, space, strategy)
    (self.seeds, self.candidates, self.hours, self.coreHours) = (seeds, candidates, hours, coreHours)
    (self.seed, self.scale) = (seed, scale)
    storedRungs = rungs.map(StoredRung.init)
  }

  /// From cheap to dear, as they were when the run began.
  public var rungs: [any RungKind] {
    get { storedRungs.map(\.rung) }
    set { storedRungs = newValue.map(StoredRung.init) }
  }

  public var rungNames: [String] { rungs.map(\.name) }

  /// - Parameter rung: counted from 0.
  public func measure(rung: Int) -> QualityMeasure { rungs.indices.contains(rung) ? rungs[rung].measure : .score }

  // MARK: Files

  private enum CodingKeys: String, CodingKey {
    case name, space, strategy, seeds, candidates, hours, coreHours, seed, scale
    case storedRungs = "rungs"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    space = try container.decode(String.self, forKey: .space)
    strategy = try container.decode(String.self, forKey: .strategy)
    seeds = try container.decode([String].self, forKey: .seeds)
    candidates = try container.decode(Int.self, forKey: .candidates)
    hours = try container.decodeIfPresent(Double.self, forKey: .hours)
    coreHours = try container.decodeIfPresent(Double.self, forKey: .coreHours)
    seed = try container.decode(UInt64.self, forKey: .seed)
    scale = try container.decode(ObjectiveScale.self, forKey: .scale)
    storedRungs =
      container.contains(.storedRungs)
      ? try container.decode([StoredRung].self, forKey: .storedRungs)
      : try RungsByKind(from: decoder).rungs(of: Space(parsing: Data(space.utf8))).map(StoredRung.init)
  }
}
