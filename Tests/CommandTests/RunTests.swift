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
        "search": { "candidates": 12, "batch": 4, "replicates": 2 }, "seed-with": ["gated-short-conv swiglu", "gla"],
        "seed": 7 }
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
    // The program is named as it was called.
    #expect(parked.errors.contains(#/interrupted; go on with: \S*madsearch resume /#))
  }

  @Test(
    "the end of a terminal and what batch systems send park a run, and nothing is lost", arguments: ["HUP", "USR1"])
  func park(signal: String) throws {
    let place = try Self.place()
    let parked = try Self.command(
      place, "run space.json --candidates 400 --workers 1 & pid=$!; sleep 1; kill -\(signal) $pid; wait $pid")
    #expect(parked.status == 130, "\(parked.errors)")
    #expect(try Self.command(place, "resume tiny --candidates 12").status == 0)
  }

  @Test("a run that was paused goes on as if nothing had been")
  func pause() throws {
    let (plain, paused) = (try Self.place(), try Self.place())
    let front = try Self.command(plain, "run space.json --workers 2 --csv").output
    // The whole group stands still, as after Ctrl-Z.
    let outcome = try Self.command(
      paused,
      """
      status nothing 2>/dev/null; set -m; $madsearch run space.json --workers 2 --csv > front & pid=$!
      sleep 0.5; kill -STOP -$pid; sleep 2; kill -CONT -$pid; wait $pid; echo "status $?"; cat front
      """)
    #expect(outcome.output == "status 0\n" + front, "\(outcome.errors)")
  }

  @Test("a run whose messages nobody reads ends as any other")
  func unreadMessages() throws {
    let (plain, silent) = (try Self.place(), try Self.place())
    let front = try Self.command(plain, "run space.json --workers 1 --csv").output
    #expect(try Self.command(silent, "run space.json --workers 1 --csv 2>/dev/full").output == front)
    for arguments in ["resume tiny 2>&- >/dev/null", "resume tiny 2>&1 | head -1"] {
      #expect(try Self.command(silent, arguments).status == 0, "\(arguments)")
    }
  }

  @Test("a run goes on with more candidates, further seeds and a wider space, and says what it cannot go on with")
  func extend() throws {
    let place = try Self.place()
    let first = try Self.command(place, "run space.json --candidates 4 --strategy random --csv")
    #expect(first.status == 0, "\(first.errors)")
    let text = try String(contentsOf: place.url.appending(path: "space.json"), encoding: .utf8)
    _ = try place.file(
      "wider.json", Array(text.replacing("[\"gated-short-conv\",", with: "[\"mlp\", \"gated-short-conv\",").utf8))
    let wider = try Self.command(
      place, "resume tiny --space wider.json --candidates 9 --seed-with 'mlp swiglu' --seed-with hyena --csv")
    #expect(wider.status == 0, "\(wider.errors)")
    let status = try Self.command(place, "status tiny")
    #expect(status.output.hasPrefix("tiny: 9 of 9 candidates, nobody works on it\n"), "\(status.output)")
    for (old, new, place_) in [
      ("\"dim\": 16", "\"dim\": 32", "$.model"), ("short.json", "longer.json", "$.rungs"),
      ("[\"quality\", \"flops\"]", "[\"quality\", \"state\"]", "$.objectives"),
    ] {
      _ = try place.file("other.json", Array(text.replacing(old, with: new).utf8))
      let other = try Self.command(place, "resume tiny --space other.json")
      #expect(other.status == 65 && other.errors.hasPrefix("madsearch: other.json, \(place_): "), "\(other.errors)")
    }
  }

  @Test("a budget ends the search, not the run, and more of it goes on")
  func budget() throws {
    let place = try Self.place()
    let spent = try Self.command(place, "run space.json --candidates 400 --time 2s")
    #expect(spent.status == 0, "\(spent.errors)")
    #expect(spent.output.hasPrefix("Non-dominated"))
    let more = try Self.command(place, "resume tiny --candidates 12 --time 1h30m")
    #expect(more.status == 0, "\(more.errors)")
  }

  @Test("two coordinators do not work on one run")
  func twoCoordinators() throws {
    let place = try Self.place()
    let both = try Self.command(
      place,
      """
      run space.json --candidates 400 --workers 1 2> first & pid=$!
      until $madsearch status tiny >status 2>&1 && grep -q 'works on it' status && ! grep -q nobody status; do sleep 0.05; done
      $madsearch resume tiny; echo "status $?"; kill -9 $pid; wait $pid
      """)
    #expect(both.output.contains("status 69"))
    #expect(both.errors.contains("another madsearch works on "), "\(both.errors)")
  }

  @Test("a full disk and a folder that cannot be written end a run with a clear line, and nothing finished is lost")
  func disk() throws {
    // Only root may mount the small disk that is to be filled.
    guard getuid() == 0 else { return }
    let place = try Self.place()
    let small = try Self.command(
      place,
      """
      status nothing 2>/dev/null
      mkdir results && mount -t tmpfs -o size=400k tmpfs results || { echo "no mount"; exit 0; }
      $madsearch run space.json --workers 2; echo "full $?"
      $madsearch status tiny --csv > before
      mount -o remount,size=8m results
      mount -o remount,ro results; $madsearch resume tiny; echo "read-only $?"; mount -o remount,rw results
      $madsearch resume tiny --csv > front; echo "resumed $?"
      umount results
      """)
    if small.output.contains("no mount") { return }
    #expect(small.output.contains("full 69"), "\(small.output)\(small.errors)")
    #expect(small.errors.contains("the disk is full; make room and resume, nothing finished is lost"))
    #expect(small.output.contains("read-only 69"), "\(small.output)\(small.errors)")
    #expect(small.output.contains("resumed 0"), "\(small.output)\(small.errors)")
    let whole = try Self.place()
    #expect(
      try Self.command(whole, "run space.json --csv").output
        == String(
          contentsOf: place.url.appending(path: "front"), encoding: .utf8))
  }

  @Test("bad runs end with a clear line")
  func badRuns() throws {
    let place = try Self.place()
    let missing = try Self.command(place, "resume nothing")
    #expect(missing.status == 65 && missing.errors.contains("holds no run"))
    let strategy = try Self.command(place, "run space.json --strategy evolutoin")
    #expect(strategy.status == 2 && strategy.errors.contains("did you mean 'evolution'"), "\(strategy.errors)")
    for seed in ["jambo", "attention(heads=3)", "swiglu |"] {
      let bad = try Self.command(place, "run space.json --seed-with '\(seed)'")
      #expect(bad.status == 2 && bad.errors.hasPrefix("madsearch: --seed-with: "), "\(bad.errors)")
    }
    let executor = try Self.command(place, "run space.json --executor locla")
    #expect(executor.status == 2 && executor.errors.contains("did you mean 'local'?"), "\(executor.errors)")
    for option in [
      "--time 1-", "--time -1:00", "--time 1-2-3", "--time 1:2:3:4", "--time 0:00", "--time 3", "--time 0h", "--time x",
      "--time 2h30", "--time hm", "--core-hours 0",
      "--candidates 0",
    ] {
      #expect(try Self.command(place, "run space.json \(option)").status == 2)
    }
    _ = try place.file("bad.json", Array(#"{ "name": "x" }"#.utf8))
    let bad = try Self.command(place, "run bad.json")
    #expect(bad.status == 65 && bad.errors.hasPrefix("madsearch: bad.json, $: "), "\(bad.errors)")
    #expect(!FileManager.default.fileExists(atPath: place.url.appending(path: "results").path()))
  }
}
