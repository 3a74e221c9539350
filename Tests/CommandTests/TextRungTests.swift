import Foundation
import TestSupport
import Testing

@Suite("rungs on text", .serialized)
struct TextRungTests {
  private static let tasks = "{ \"mad\": { \"protocol\": \"short.json\" }, \"promote\": 0.5 }"
  private static let text =
    "{ \"perplexity\": { \"corpus\": \"text\", \"dim\": 16, \"tokens\": 20000 }, \"promote\": 0.7 }"
  private static let scaling = "{ \"isoflop\": { \"budgets\": [4e9, 8e9], \"sizes\": 3 } }"

  private static func space(_ rungs: [String]) -> String {
    """
    { "name": "tiny", "model": { "dim": 16, "context": 32 },
      "grammar": { "start": "layout", "rules": {
        "layout": { "sequence": [{ "choice": ["gated-short-conv", "linear-attention(heads=4)", "mamba"] }, "channel"] },
        "channel": { "choice": ["swiglu", "mlp"] } } },
      "objectives": ["quality", "flops"],
      "rungs": [\(rungs.joined(separator: ", "))],
      "search": { "candidates": 6, "batch": 4, "replicates": 2 }, "seed-with": ["gated-short-conv swiglu", "gla"], "seed": 7 }
    """
  }

  /// A place with a short protocol, some text and a space with rungs of all kinds.
  private static func place() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    _ = try folder.file("space.json", Array(space([tasks, text, scaling]).utf8))
    _ = try folder.file("text", SampleText.bytes(60_000))
    let printed = try Program.run([
      "evaluate", "swiglu", "--task", "compression(length=8)", "--steps", "20", "--dim", "16", "--print-protocol",
    ])
    _ = try folder.file("short.json", Array(printed.output.utf8))
    return folder
  }

  private static func command(_ folder: TemporaryFolder, _ arguments: String) throws -> Program.Outcome {
    try Program.shell("cd '\(folder.url.path(percentEncoded: false))'; $madsearch \(arguments)")
  }

  /// All that must not depend on who computed it and when.
  private static func archive(_ folder: TemporaryFolder) throws -> [String] {
    let status = try command(folder, "status tiny --csv").output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).enumerated().filter { $0.offset != 7 }.map(\.element)
        .joined(separator: ",")
    }
    return try (1...3).map { try command(folder, "pareto tiny --rung \($0) --all --csv").output } + status
  }

  @Test("a run goes from tasks to text to scaling, and ends the same after it was killed, with any number of workers")
  func ladder() throws {
    let (whole, killed) = (try Self.place(), try Self.place())
    let outcome = try Self.command(whole, "run space.json --workers 2")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("Non-dominated at rung 3 by quality, flops:\n\ncandidate    loss"))
    #expect(outcome.output.contains(": loss below "))
    let files = try FileManager.default.contentsOfDirectory(atPath: whole.url.appending(path: "results/tiny").path())
    #expect(!files.contains("trainings"))
    for delay in ["0.5", "0.7", "0.9"] {
      let verb = delay == "0.5" ? "run space.json" : "resume tiny"
      _ = try Self.command(killed, "\(verb) --workers 1 & sleep \(delay); kill -9 $!; wait")
    }
    let parked = try Self.command(
      killed, "resume tiny --workers 1 & pid=$!; sleep 0.5; kill -INT $pid; wait $pid")
    #expect(parked.status == 130 || parked.status == 0, "\(parked.errors)")
    #expect(try Self.command(killed, "resume tiny --workers 3").status == 0)
    #expect(try Self.archive(whole) == Self.archive(killed))
  }

  @Test("rungs on text show losses, in tables, for programs, in charts and in learning curves")
  func reports() throws {
    let place = try Self.place()
    #expect(try Self.command(place, "run space.json --csv").status == 0)
    let table = try Self.command(place, "pareto tiny --rung perplexity --all --csv").output.split(separator: "\n")
    let names = table[0].split(separator: ",").map(String.init)
    let column = try #require(names.firstIndex(of: "loss"))
    for row in table.dropFirst() {
      let loss = try #require(Double(row.split(separator: ",", omittingEmptySubsequences: false)[column]))
      #expect(loss > 0.5 && loss < 5.6)
    }
    let chart = try Self.command(place, "pareto tiny --rung 2 --plot --svg front.svg")
    #expect(chart.output.hasPrefix("held-out loss in nats per byte (perplexity) against "), "\(chart.output)")
    let shown = try Self.command(place, "show tiny gla --curves curves.csv")
    #expect(shown.status == 0 && shown.output.contains("score or loss"), "\(shown.errors)")
    #expect(shown.output.contains("rung 2 (perplexity): loss "))
    let curves = try String(contentsOf: place.url.appending(path: "curves.csv"), encoding: .utf8)
    // One training of the second rung, tested ten times.
    let rows = curves.split(separator: "\n").filter { $0.hasPrefix("2,1,\"text(dim=16,") }
    #expect(rows.count == 10)
    #expect(rows.allSatisfy { (0.5..<5.6).contains(Double($0.split(separator: ",").last ?? "") ?? 0) })
  }

  @Test("the scores and losses of a run are correlated, in short and in full")
  func correlate() throws {
    let place = try Self.place()
    #expect(try Self.command(place, "run space.json --csv").status == 0)
    let text = try Self.command(place, "correlate tiny")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.hasPrefix("Scores against losses in tiny: Kendall's τ-b, near -1 for a good score\n"))
    #expect(text.output.contains("\nscreen against loss at 20000 tokens, "))
    let csv = try Self.command(place, "correlate tiny --csv").output.split(separator: "\n")
    #expect(csv[0].hasPrefix("score,loss,subset,predictor,"))
    #expect(csv.contains { $0.hasPrefix("screen,loss at 20000 tokens,all,early loss,") })
    let json = try JSONSerialization.jsonObject(
      with: Data(Self.command(place, "correlate tiny --json").output.utf8))
    let pairs = try #require((json as? [String: Any])?["pairs"] as? [[String: Any]])
    #expect(pairs.first?["kind"] as? String == "tokens")
    let shown = try Self.command(place, "show tiny gla")
    #expect(shown.output.contains("rung 3: loss over log N a parabola for each budget"), "\(shown.output)")
    for (arguments, status, message) in [
      ("tiny --y optimall", 2, "--y: there is no loss 'optimall'"), ("tiny --x scren", 2, "did you mean 'screen'?"),
      ("tiny --part a --part b", 2, "--part is for tables"), ("tiny space.csv", 2, "one table or several runs"),
      ("nothing", 65, "holds no run"), ("text", 2, "a table needs --x"),
    ] {
      let bad = try Self.command(place, "correlate \(arguments)")
      #expect(bad.status == Int32(status) && bad.errors.contains(message), "\(bad.errors)")
    }
  }

  @Test("a run goes on to text when rungs are added")
  func furtherRungs() throws {
    let (short, whole) = (try Self.place(), try Self.place())
    let only = Self.tasks.replacing(", \"promote\": 0.5", with: "")
    _ = try short.file("tasks.json", Array(Self.space([only]).utf8))
    #expect(try Self.command(short, "run tasks.json").status == 0)
    let none = try Self.command(short, "correlate tiny")
    #expect(none.status == 65 && none.errors.contains("no rung is on text"), "\(none.errors)")
    let refused = try Self.command(short, "pareto tiny --rung perplexity")
    #expect(refused.status == 2 && refused.errors.contains("there is no rung 'perplexity'"))
    let more = try Self.command(short, "resume tiny --space space.json")
    #expect(more.status == 0, "\(more.errors)")
    #expect(try Self.command(whole, "run space.json").status == 0)
    #expect(
      try Self.command(short, "pareto tiny --rung 2 --all --csv").output
        == Self.command(whole, "pareto tiny --rung 2 --all --csv").output)
    _ = try short.file("other.json", Array(Self.space([Self.text, Self.scaling]).utf8))
    let other = try Self.command(short, "resume tiny --space other.json")
    #expect(
      other.status == 65 && other.errors.hasPrefix("madsearch: other.json, $.rungs: the first rungs must be those"))
  }

  @Test("text that is missing, too short or changed ends with a clear line before anything is trained")
  func badText() throws {
    let place = try Self.place()
    func run(_ corpus: String, _ prefix: String = "") throws -> Program.Outcome {
      let file = Self.space([Self.tasks, Self.text, Self.scaling]).replacing("\"text\"", with: "\"\(corpus)\"")
      _ = try place.file("bad.json", Array(file.utf8))
      return try Program.shell("cd '\(place.url.path(percentEncoded: false))'; \(prefix) $madsearch run bad.json")
    }
    let missing = try run("nowhere")
    #expect(missing.status == 65)
    #expect(missing.errors.hasPrefix("madsearch: bad.json, $.rungs[1].perplexity.corpus: corpus "), "\(missing.errors)")
    _ = try place.file("little", Array("too little".utf8))
    let little = try run("little")
    #expect(little.status == 65 && little.errors.contains("is too short"), "\(little.errors)")
    let absent = try run("default", "MADSEARCH_DATA=/nowhere")
    #expect(absent.status == 69 && absent.errors.contains("scripts/install-corpus default"), "\(absent.errors)")
    #expect(!FileManager.default.fileExists(atPath: place.url.appending(path: "results").path()))
    #expect(try Self.command(place, "run space.json --csv").status == 0)
    _ = try place.file("text", SampleText.bytes(60_000, seed: 2))
    let changed = try Self.command(place, "resume tiny")
    #expect(changed.status == 65 && changed.errors.contains("has other content than when the run began"))
  }

  @Test("a corpus that is away for a while ends a run, and fails nothing")
  func corpusAway() throws {
    let place = try Self.place()
    let away = try Self.command(
      place,
      """
      status nothing 2>/dev/null; $madsearch run space.json --workers 2 & pid=$!
      until [ -e results/tiny/work ]; do sleep 0.01; done; mv text hidden; wait $pid; echo "status $?"
      """)
    #expect(away.output.contains("status 65"), "\(away.errors)")
    #expect(away.errors.contains("nothing finished is lost, resume once this is mended"), "\(away.errors)")
    let status = try Self.command(place, "status tiny --csv").output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let failed = try #require(status[0].firstIndex(of: "failed"))
    #expect(status.dropFirst().allSatisfy { $0[failed] == "0" })
    let whole = try Self.place()
    #expect(try Self.command(whole, "run space.json").status == 0)
    try FileManager.default.moveItem(
      at: place.url.appending(path: "hidden"), to: place.url.appending(path: "text"))
    #expect(try Self.command(place, "resume tiny").status == 0)
    #expect(try Self.archive(whole) == Self.archive(place))
  }

  @Test("a rung that no layout fits, or whose budget is too small, is refused")
  func badRungs() throws {
    let place = try Self.place()
    for (old, new, message) in [
      ("\"dim\": 16, \"tokens\"", "\"dim\": 18, \"tokens\"", "$.rungs[1].perplexity: at its width of 18, "),
      ("[4e9, 8e9]", "[1e8, 8e9]", "$.rungs[2].isoflop: of '"),
      (
        "\"tokens\": 20000", "\"tokens\": 20000, \"flops\": 1e9",
        "$.rungs[1].perplexity: a training has either tokens or"
      ),
      (
        "\"tokens\": 20000", "\"tokens\": 20000, \"length\": 60000",
        "$.rungs[1].perplexity.corpus: corpus "
      ),
    ] {
      let file = Self.space([Self.tasks, Self.text, Self.scaling]).replacing(old, with: new)
      _ = try place.file("bad.json", Array(file.utf8))
      let outcome = try Self.command(place, "run bad.json")
      #expect(outcome.status == 65 && outcome.errors.hasPrefix("madsearch: bad.json, \(message)"), "\(outcome.errors)")
    }
  }
}
