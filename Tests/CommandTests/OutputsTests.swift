import Foundation
import RunSupport
import Testing

/// `docs/outputs.md` names every key and column that commands print, and none that they do not.
@Suite("Outputs")
struct OutputsTests {
  /// Objects whose keys are names from the data.
  private static let maps: Set<String> = ["reference", "limits", "rangeLeft", "aliasLayouts", "coefficients"]

  private static let documented: [String: Set<String>] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = (try? String(contentsOf: root.appending(path: "docs/outputs.md"), encoding: .utf8)) ?? ""
    var sections: [String: Set<String>] = [:]
    for section in text.components(separatedBy: "\n## ").dropFirst() {
      let lines = section.components(separatedBy: "\n")
      let words = lines.dropFirst().joined(separator: "\n").components(separatedBy: "`").enumerated()
        .filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
      sections[lines[0]] = Set(words.filter { $0.allSatisfy { $0.isLetter || $0.isNumber } })
    }
    return sections
  }()

  /// The keys of all objects in a JSON text, without those of maps.
  private static func keys(_ json: String) throws -> Set<String> {
    func keys(_ value: Any) -> Set<String> {
      if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(keys($1)) } }
      guard let object = value as? [String: Any] else { return [] }
      return object.reduce(into: []) { all, member in
        all.insert(member.key)
        let isMap = maps.contains(member.key) || (member.key == "tasks" && member.value is [String: Any])
        if isMap, let values = (member.value as? [String: Any])?.values {
          all.formUnion(values.reduce(into: Set<String>()) { $0.formUnion(keys($1)) })
        } else {
          all.formUnion(keys(member.value))
        }
      }
    }
    return keys(try JSONSerialization.jsonObject(with: Data(json.utf8)))
  }

  private static func columns(_ csv: String) -> Set<String> {
    Set(csv.prefix { $0 != "\n" }.split(separator: ",").map(String.init))
  }

  // Only read.
  nonisolated(unsafe) private static let run = Result {
    try MadeUpRun([
      .init("mlp", [[.score(0.5), .score(0.54)], [.score(0.625)]]),
      .init("2*mlp", hybrid: "samba", [[.score(0.45)], [.failed("no memory")]]), .init("3*mlp", [[.queued]]),
    ])
  }

  /// - Parameters:
  ///   - command: with its arguments, without a format.
  ///   - dynamic: columns that are names from the data.
  ///   - unseen: documented names that this call does not print.
  private static func check(
    _ section: String, _ command: String..., dynamic: Set<String> = [], unseen: Set<String> = []
  ) throws {
    let place = try run.get().place.path(percentEncoded: false)
    let known = try #require(documented[section], "\(section)")
    var found: Set<String> = []
    for command in command {
      for format in ["--json", "--csv"] {
        let outcome = try Program.shell("cd '\(place)'; $madsearch \(command) \(format)")
        // Some reports have no CSV.
        guard outcome.status == 0 else { continue }
        found.formUnion(try format == "--json" ? keys(outcome.output) : columns(outcome.output))
      }
    }
    found.subtract(dynamic)
    #expect(found.subtracting(known) == [], "\(section): not documented")
    #expect(known.subtracting(found).subtracting(unseen) == [], "\(section): not printed")
  }

  @Test("reports of runs")
  func runs() throws {
    let tasks: Set<String> = [
      "in-context-recall", "fuzzy-in-context-recall", "noisy-in-context-recall", "selective-copying", "compression",
      "memorization",
    ]
    try Self.check("pareto", "pareto small --all", unseen: ["run", "resume", "loss", "null"])
    try Self.check("show", "show small 2", "show small 1", dynamic: tasks, unseen: ["scaling", "fit"])
    try Self.check("export", "export small", dynamic: tasks)
    try Self.check("status", "status small", unseen: [])
  }

  @Test("reports of layouts and spaces")
  func layouts() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path(percentEncoded: false)
    try Self.check("describe", "describe 'mamba swiglu'", "describe 'mamba swiglu' --normalize 2048")
    let space = try Self.run.get().folder.url.deletingLastPathComponent().appending(path: "s.json")
    try Data(
      """
      { "name": "s", "model": { "dim": 16 }, "grammar": { "start": "l", "rules": { "l": { "repeat": "mlp", \
      "times": [1, 3] } } } }
      """.utf8
    ).write(to: space)
    let path = "'\(space.path(percentEncoded: false))'"
    try Self.check(
      "validate", "validate \(path) --gflops 2", "validate \(path) --layouts",
      "validate '\(root)search-spaces/hybrids.json' --gflops 2 --samples 10", unseen: ["relativeStandardError"])
  }

  @Test("lists")
  func lists() throws {
    for list in ["primitives", "hybrids", "tasks", "strategies"] { try Self.check("list \(list)", "list \(list)") }
  }

  @Test("reports of tables")
  func tables() throws {
    let place = try Self.run.get().place
    let rows = (0..<12).map { "n\($0 / 2),\($0 / 6),\($0 * 7 % 12),\($0),\($0 * 5 % 12),\(30 - $0)" }
    let things = "name,family,a b,c,mad,loss\n" + rows.joined(separator: "\n") + "\n"
    try Data(things.utf8).write(to: place.appending(path: "things.csv"))
    let options = "--bootstrap 50 --permutations 9 --group name --class family --part 'a b' --part c --covariate mad"
    let correlate = "correlate things.csv --x mad --y loss \(options)"
    let points: Set<String> = ["point", "name", "class"]
    let variables: Set<String> = ["x", "y", "xStandardError", "xMeasurements", "yStandardError", "yMeasurements"]
    let runs: Set<String> = ["runs", "overview", "gains", "pairs", "score", "report"]
    try Self.check(
      "correlate", correlate,
      unseen: points.union(variables).union(runs).union([
        "weights", "weight", "shrinkage", "heldOut", "heldOutLow", "heldOutHigh", "loss", "reweighting",
      ]))
    #expect(try Program.shell("cd '\(place.path())'; $madsearch \(correlate) --points p.csv").status == 0)
    let written = try String(contentsOf: place.appending(path: "p.csv"), encoding: .utf8)
    #expect(Self.columns(written) == points.union(variables).union(["a_b", "c", "mad"]))

    let trainings = [1e9, 1e10, 1e11].flatMap { flops in
      (0..<5).map { step -> String in
        let size = flops.squareRoot() / 10 * Double(1 << step) / 4
        let loss = 2 + 100 / flops.squareRoot().squareRoot() + 0.01 * Double((step - 2) * (step - 2))
        return "\(size),\(flops / 6 / size),\(flops),\(loss)"
      }
    }
    let table = "parameters,tokens,flops,loss\n" + trainings.joined(separator: "\n") + "\n"
    try Data(table.utf8).write(to: place.appending(path: "trainings.csv"))
    try Self.check("fit", "fit trainings.csv --bootstrap 20 --target-flops 1e12")
  }
}
