import Configuration

/// What candidates are to be good at. Quality is to be high, the others low.
public enum Objective: String, Codable, Sendable, Hashable, CaseIterable {
  case quality, state, flops, parameters

  /// Two to all, quality first.
  static let list = FieldKind<[Objective]>.list(of: "objectives", .word, count: 2...allCases.count, isSet: true)
    .checked { objectives, place, problems in
      // Where the first is no objective at all, that is what is said.
      if let first = objectives.first, first != .quality, case .list(let given) = place.value,
        given.first == .text(first.rawValue)
      {
        problems.add("\(place.path)[0]", "the first objective must be quality, found '\(first.rawValue)'")
      }
    }
}
