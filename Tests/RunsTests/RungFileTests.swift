import Configuration
import Foundation
import Layouts
import MADTasks
import Runs
import Search
import Testing

@Suite("Rungs in space files")
struct RungFileTests {
  private static func file(_ section: String) -> String {
    """
    { "name": "test", "grammar": { "start": "a", "rules": { "a": { "repeat": "b", "times": [1, 3] },
      "b": { "choice": ["mamba", "swiglu", "attention"] } } }, \(section) }
    """
  }

  private static func space(_ section: String) throws(ConfigurationErrors) -> Space {
    try Space(parsing: Data(file(section).utf8))
  }

  @Test(
    "say everything that is wrong, with its place",
    arguments: [
      (
        "\"rungs\": [{ \"mad\": { \"protocol\": \"scren\" } }]",
        [
          "$.rungs[0].mad.protocol: it must be one of screen, graded, mad, full or the name of a .json file, found 'scren'; "
            + "did you mean 'screen'?"
        ]
      ),
      (
        "\"rungs\": [{ \"mad\": { \"protocol\": \"mad\" } }, { \"isoflop\": { \"budgets\": [1e12, 1e11] }, \"promote\": 1 }]",
        [
          "$.rungs[0]: the key 'promote' is missing: the share of the candidates that goes on to the next rung",
          "$.rungs[1].isoflop.budgets[1]: budgets must grow, found 100000000000.0 after 1e+12",
          "$.rungs[1].promote: no rung comes after this one",
        ]
      ),
      (
        "\"rungs\": [{ \"perplexity\": { \"tokens\": 1000 }, \"promote\": 0.5 }, { \"mad\": { \"protocol\": \"mad\" } }]",
        ["$.rungs[1]: rungs go from cheap to dear: mad must come before perplexity"]
      ),
      (
        "\"rungs\": [{ \"perplexity\": { \"dim\": 16 }, \"promote\": 1 }, { \"perplexity\": { \"tokens\": 9, \"flops\": 1e9 } }]",
        [
          "$.rungs[0].perplexity: a training has either tokens or flops, found none",
          "$.rungs[1].perplexity: a training has either tokens or flops, found both",
        ]
      ),
      (
        "\"rungs\": [{ \"perplexity\": { \"tokens\": 1, \"length\": 0 } }]",
        ["$.rungs[0].perplexity.length: it must be a whole number from 1 to 65536, found 0"]
      ),
      (
        "\"rungs\": [{ \"promote\": 0.5 }]",
        [
          "$.rungs[0]: a rung has one of mad, perplexity, isoflop, found none",
          "$.rungs[0].promote: no rung comes after this one",
        ]
      ),
    ])
  func refused(section: String, expected: [String]) {
    do throws(ConfigurationErrors) {
      _ = try Self.space(section)
      Issue.record("it is accepted")
    } catch {
      #expect(error.errors.map(\.description) == expected)
    }
  }

  @Test("read back as they were, and take defaults from the rung before")
  func roundTrip() throws {
    let rungs = try Self.space(
      """
      "rungs": [{ "mad": { "protocol": "x.json", "dim": 32 }, "promote": 0.5 },
        { "perplexity": { "tokens": 1000 }, "promote": 0.5 },
        { "perplexity": { "flops": 2.5e12, "corpus": "code", "dim": 64, "length": 1024 }, "promote": 1 },
        { "isoflop": { "budgets": [1e12, 2.5e12], "sizes": 5 }, "promote": 0.1 },
        { "isoflop": { "budgets": [1e13], "corpus": "dna", "length": 64, "target": 1e15 } }]
      """
    ).file.rungs
    var (first, second) = (PerplexityRung.Entry(.tokens(1000)), PerplexityRung.Entry(.flops(2.5e12)))
    (second.corpus, second.dim, second.length) = ("code", 64, 1024)
    (first.corpus, first.dim) = ("default", 128)
    var third = IsoFLOPRung.Entry(budgets: [1e12, 2.5e12])
    (third.corpus, third.sizes) = ("code", 5)
    #expect(third.target == 2.5e13)
    var fourth = IsoFLOPRung.Entry(budgets: [1e13])
    (fourth.corpus, fourth.length, fourth.target) = ("dna", 64, 1e15)
    #expect(
      rungs == [
        Rung(MADRung.Entry(protocolName: "x.json", dim: 32), promote: 0.5), Rung(first, promote: 0.5),
        Rung(second, promote: 1), Rung(third, promote: 0.1), Rung(fourth),
      ])
    var file = SpaceFile(name: "test", grammar: GrammarFile(start: "a", rules: [.init("a", RuleFile(.name("mamba")))]))
    file.rungs = rungs
    #expect(try SpaceFile(parsing: Data(file.text.utf8), rungs: RungKinds.formats) == file)
  }

  @Test("a space without rungs is scored by the cheap protocol")
  func standard() throws {
    #expect(try Self.space("\"seed\": 1").file.rungs == [Rung(MADRung.Entry(protocolName: "screen"))])
  }

  /// A rung of each kind.
  private static let section = """
    "rungs": [{ "mad": { "protocol": "screen" }, "promote": 0.5 }, { "perplexity": { "flops": 1e9 }, "promote": 1 },
      { "isoflop": { "budgets": [1e11, 1e12] } }]
    """

  @Test("of every kind are kept in archives and sent to workers as they are")
  func kinds() throws {
    let space = try Self.space(Self.section)
    let rungs = try RungKinds.rungs(of: space, file: URL(filePath: "/space.json")) { _ in "" }
    #expect(rungs.map { type(of: $0).key } == RungKinds.keys, "each kind has its rung here")
    let settings = RunSettings(
      name: "t", space: Self.file(Self.section), rungs: rungs, strategy: "random", seeds: [], candidates: 1, seed: 3,
      scale: space.objectiveScale(floors: [0, 0, 0]))
    #expect(try JSONDecoder().decode(RunSettings.self, from: JSONEncoder().encode(settings)) == settings)
    let ladder = Ladder(space, settings)
    for rung in rungs.indices {
      let layout = try Layout(parsing: "mamba swiglu")
      let request = EvaluationRequest(
        id: 1, layout: layout.canonical, folder: URL(filePath: "/nowhere"),
        work: try ladder.work(layout, rung: rung, replicate: 0))
      #expect(try JSONDecoder().decode(EvaluationRequest.self, from: JSONEncoder().encode(request)) == request)
      #expect(ladder.flops(layout, rung: rung) > 1e8)
      for answer in [#"{"outcome":[]}"#, "{}", #"{"outcome":[{}]}"#, #"{"results":{"_0":[]}}"#] {
        #expect(request.answer(Data(answer.utf8)) == nil, "no trainings are no answer")
      }
    }
  }

  @Test("archives of version 2, which keep rungs by kind, are read")
  func byKind() throws {
    let space = try Self.space(Self.section)
    let rungs = try RungKinds.rungs(of: space, file: URL(filePath: "/space.json")) { _ in "" }
    let new = RunSettings(
      name: "t", space: Self.file(Self.section), rungs: rungs, strategy: "random", seeds: [], candidates: 1, seed: 3,
      scale: space.objectiveScale(floors: [0, 0, 0]))
    var object = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(new)) as? [String: Any])
    let members = try #require(object.removeValue(forKey: "rungs") as? [[String: [String: Any]]])
    object["protocols"] = [members[0]["mad"]?["definition"]]
    object["textRungs"] = zip(members.dropFirst(), ["perplexity", "isoflop"]).map { member, key in
      var text = member[key]?["text"] as? [String: Any]
      text?["name"] = key
      return text
    }
    #expect(try JSONDecoder().decode(RunSettings.self, from: JSONSerialization.data(withJSONObject: object)) == new)
    object["textRungs"] = nil
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(RunSettings.self, from: JSONSerialization.data(withJSONObject: object))
    }
  }
}
