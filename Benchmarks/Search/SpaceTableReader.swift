import Configuration
import Layouts
import Search
import Text

extension SpaceTableDomain {
  static let keys = ["description", "space", "protocol", "seeds", "chance", "limits", "layouts"]

  /// A table as `scripts/make-search-table` writes it.
  /// - Throws: `ConfigurationErrors` with the JSON path of everything that is wrong.
  init(_ value: JSONValue) throws(ConfigurationErrors) {
    var problems = Problems()
    guard let object = JSONObject(JSONPlace(value), keys: Self.keys, &problems) else {
      throw ConfigurationErrors(problems.errors)
    }
    _ = object["description"]?.text(&problems)
    if let place = object["protocol"] { _ = JSONObject(place, "a protocol", &problems) }
    let seeds = object.required("seeds", &problems)?.list(of: "seeds", count: 1...1000, &problems)
    for seed in seeds ?? [] { _ = seed.integer(in: 0...Int.max, &problems) }
    let chance = object.required("chance", &problems)?.number(in: 0...1, &problems)
    let limits = object.required("limits", &problems).flatMap { Self.limits($0, &problems) }
    let places = object.required("layouts", &problems)?.list(of: "layouts", count: 2...1_000_000, &problems)
    let space = object.required("space", &problems).flatMap { Self.space($0, &problems) }
    guard let seeds, let chance, let limits, let places, let space else {
      throw ConfigurationErrors(problems.errors)
    }
    var rows: [String: Row] = [:]
    for place in places {
      guard let row = Self.row(place, space, seeds: seeds.count, &problems) else { continue }
      if rows.updateValue(row, forKey: row.proposal.layout.canonical) != nil {
        problems.add("\(place.path).layout", "the layout '\(row.proposal.layout)' is given twice")
      }
    }
    try problems.check()
    self.init(
      space: space, scale: ObjectiveScale(objectives: space.file.objectives, floors: [chance], limits: limits),
      rows: rows)
  }

  private static func limits(_ place: JSONPlace, _ problems: inout Problems) -> ObjectiveScale.Limits? {
    guard let object = JSONObject(place, keys: ["state", "flops", "parameters"], &problems) else { return nil }
    let values = ["state", "flops", "parameters"].map { key in
      object.required(key, &problems)?.number(in: 0...1e30, &problems)
    }
    guard let state = values[0], let flops = values[1], let parameters = values[2] else { return nil }
    return .init(state: state, flops: flops, parameters: parameters)
  }

  private static func space(_ place: JSONPlace, _ problems: inout Problems) -> Space? {
    do {
      return try Space(SpaceFile(place.value, rungs: .ignored))
    } catch {
      for error in error.errors { problems.add(place.path + error.path.dropFirst(), error.reason) }
      return nil
    }
  }

  private static func row(
    _ place: JSONPlace, _ space: Space, seeds: Int, _ problems: inout Problems
  ) -> Row? {
    let keys = ["layout", "scores", "tasks", "state", "flops", "parameters", "core-seconds"]
    guard let object = JSONObject(place, keys: keys, &problems) else { return nil }
    let proposal = object.required("layout", &problems).flatMap { Self.proposal($0, space, &problems) }
    var scores: [Double] = []
    if let list = object.required("scores", &problems)?.list(of: "scores, one a seed", count: seeds...seeds, &problems)
    {
      scores = list.compactMap { $0.number(in: 0...1, &problems) }
    }
    guard let proposal, scores.count == seeds else { return nil }
    checkCosts(object, proposal.costs, &problems)
    return Row(proposal: proposal, scores: scores)
  }

  /// A layout in canonical form that the space derives.
  private static func proposal(_ place: JSONPlace, _ space: Space, _ problems: inout Problems) -> Proposal? {
    guard let text = place.text(&problems) else { return nil }
    let layout: Layout
    do {
      layout = try Layout(parsing: text)
    } catch {
      problems.add(place.path, "it is not a layout: \(error)")
      return nil
    }
    guard layout.canonical == text else {
      problems.add(place.path, "it must be in canonical form, '\(layout)', found '\(text)'")
      return nil
    }
    guard let proposal = space.parse(layout).flatMap(space.proposal(of:)), proposal.layout == layout else {
      problems.add(place.path, "the space does not derive '\(text)'")
      return nil
    }
    for violation in proposal.violations {
      problems.add(place.path, "the space does not allow '\(text)': \(violation)")
    }
    return proposal
  }

  /// Costs that are given must be those that the search sees.
  private static func checkCosts(_ object: JSONObject, _ costs: CostSummary, _ problems: inout Problems) {
    let known = [
      ("state", Double(costs.state)), ("flops", costs.forwardFLOPs), ("parameters", Double(costs.parameters)),
    ]
    for (key, value) in known {
      guard let place = object[key], let given = place.number(in: 0...1e30, &problems) else { continue }
      if abs(given - value) > 1e-9 * value {
        problems.add(
          place.path, "at the space's size it is \(NumberText.short(value)), found \(NumberText.short(given))")
      }
    }
  }
}
