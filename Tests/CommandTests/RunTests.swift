import Foundation
import Testing

@Suite("run, resume, status", .serialized)
struct RunTests {
  /// A place with a space of small layouts and a protocol of a few steps.
  private static func place() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let space = """
      { "name": "tiny", "model": { "dim": 16, "context": 32 },
        "grammar": { "start": "layout", "rules": {
          "layout": { "repeat": "block", "times": [1, 3] },
          "block": { "sequence": [{ "choice": ["gated-short-conv", "linear-attention(heads=4)"] }, "channel"] },
          "channel": { "choice": ["swiglu", "mlp"] } } },
        "objectives": ["quality", "flops"],
        "rungs": [{ "mad": { "protocol": "short.json" }, "promote": 0.4 }, { "mad": { "protocol": "longer.json" } }],
        "search": { "strategy": "random", "candidates": 12 }, "seed-with": ["gated-short-conv swiglu"], "seed": 7 }
      """
    _ = try folder.file("space.json", Array(space.utf8))
    for (name, steps) in [("short", "20"), ("longer", "40")] {
      let printed = try Program.run([
        "evaluate", "swiglu", "--task", "compression(length=8)", "--task", "memorization", "--steps", steps, "--dim",
        "16",
        "--print-protocol",
      ])
      _ = try folder.file("\(name).json", Array(printed.output.utf8))
    }
    return folder
  }

  private static func command(_ folder: TemporaryFolder, _ arguments: String) throws -> Program.Outcome {
    try Program.shell("cd '\(folder.url.path(percentEncoded: false))'; $madsearch \(arguments)")
  }

  /// All that must not depend on who computed it and when.
  private static func archive(_ folder: TemporaryFolder) throws -> [String] {
    let front = try command(folder, "resume tiny --csv")
    #expect(front.status == 0)
    let status = try command(folder, "status tiny --csv").output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).enumerated().filter { $0.offset != 7 }.map(\.element)
        .joined(separator: ",")
    }
    return [front.output] + status
  }

  @Test("a run ends with its front, is not begun twice, and does not depend on the number of workers")
  func run() throws {
    let (one, three) = (try Self.place(), try Self.place())
    let first = try Self.command(one, "run space.json --workers 1")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.hasPrefix("Non-dominated at rung 2 by quality, flops:\n"))
    #expect(try Self.command(three, "run space.json --workers 3").output == first.output)
    #expect(try Self.archive(one) == Self.archive(three))
    let again = try Self.command(one, "run space.json")
    #expect(again.status == 65)
    #expect(again.errors.contains("madsearch resume "))
  }

  @Test("a run that was killed at any moment, with its workers or without, ends as an uninterrupted one")
  func kill() throws {
    let (whole, killed) = (try Self.place(), try Self.place())
    #expect(try Self.command(whole, "run space.json --workers 2").status == 0)
    _ = try Self.command(
      killed,
      "run space.json --workers 2 & until [ -e results/tiny/archive.sqlite ]; do sleep 0.01; done; sleep 0.2; kill -9 $!; wait"
    )
    for delay in ["0.3", "0.6"] {
      _ = try Self.command(killed, "resume tiny --workers 3 & sleep \(delay); kill -9 $!; wait")
    }
    // A worker dies; its evaluation is tried again.
    _ = try Self.command(
      killed, "resume tiny --workers 1 & pid=$!; sleep 0.5; kill -9 $(ps -o pid= --ppid $pid) 2>/dev/null; wait")
    #expect(try Self.archive(whole) == Self.archive(killed))
  }

  @Test("Ctrl-C parks a run")
  func interrupt() throws {
    let place = try Self.place()
    let parked = try Self.command(
      place, "run space.json --candidates 400 --workers 1 & pid=$!; sleep 1; kill -INT $pid; wait $pid")
    #expect(parked.status == 130)
    #expect(parked.errors.contains("interrupted; go on with: madsearch resume "))
  }

  @Test("bad runs end with a clear line")
  func badRuns() throws {
    let place = try Self.place()
    let missing = try Self.command(place, "resume nothing")
    #expect(missing.status == 65 && missing.errors.contains("holds no run"))
    _ = try place.file("bad.json", Array(#"{ "name": "x" }"#.utf8))
    let bad = try Self.command(place, "run bad.json")
    #expect(bad.status == 65 && bad.errors.hasPrefix("madsearch: bad.json, $: "), "\(bad.errors)")
    #expect(!FileManager.default.fileExists(atPath: place.url.appending(path: "results").path()))
  }
}
