import Foundation
import Runs
import Synchronization
import Testing

@Suite("Local executor")
struct LocalExecutorTests {
  /// A worker in shell that claims the first request and then does as told.
  private static func worker(_ folder: TestFolder, _ then: String) throws -> URL {
    let file = folder.run.url.appending(path: "worker.sh")
    let script = """
      #!/bin/sh
      cd "$2" || exit 9
      for request in requests/*.json; do
        name=$(basename "$request")
        mv "$request" "claimed/$name.$4" 2>/dev/null || continue
        echo "$name" >> claims
        \(then)
      done
      """
    try Data(script.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path(percentEncoded: false))
    return file
  }

  private static let request = EvaluationRequest(
    id: 1, layout: "swiglu", folder: URL(filePath: "/nowhere"), work: StoredWork(MADRung(.screen), TaskWork(plans: [])))

  private static func run(
    _ then: String, timeLimit: Double = 30, clock: (any RunClock)? = nil
  ) throws -> (reasons: [String], claims: Int) {
    let folder = try TestFolder()
    let work = WorkerFolder(folder.run.url.appending(path: "work"))
    let executor = LocalExecutor(
      work,
      settings: .init(
        executable: try worker(folder, then), workers: 1, timeLimit: timeLimit, clock: clock ?? RunningClock()))
    var reasons: [String] = []
    let hooks = ExecutorHooks { event in
      switch event {
      case .started: break
      case .failed(_, let reason): reasons.append(reason)
      case .finished(_, .impossible(let reason)): reasons.append("impossible: \(reason)")
      case .finished(_, .outcome): reasons.append("done")
      }
      return []
    }
    #expect(try executor.run([.init(request)], hooks: hooks))
    let claims = try String(contentsOf: work.url.appending(path: "claims"), encoding: .utf8)
    return (reasons, claims.split(separator: "\n").count)
  }

  @Test(
    "an evaluation whose worker ends is tried twice, then failed with the reason",
    arguments: [
      ("kill -9 $$", "its worker was ended by signal 9 (Killed), perhaps for want of memory"),
      ("kill -SEGV $$", "its worker was ended by signal 11 (Segmentation fault)"),
      ("exit 3", "its worker ended with exit code 3"),
    ])
  func crash(then: String, reason: String) throws {
    let (reasons, claims) = try Self.run(then)
    #expect(reasons == [reason])
    #expect(claims == 2)
  }

  @Test("an evaluation that takes too long is ended")
  func timeOut() throws {
    let (reasons, claims) = try Self.run("exec sleep 30", timeLimit: 1)
    #expect(reasons == ["it took longer than 1 seconds"])
    #expect(claims == 2)
  }

  @Test("an answer counts, though the worker ends right after it")
  func lastWords() throws {
    let answer = #"{"impossible":"too wide"}"#
    let (reasons, claims) = try Self.run("echo '\(answer)' > t; mv t results/$name; kill -9 $$")
    #expect(reasons == ["impossible: too wide"])
    #expect(claims == 1)
  }

  @Test("workers that cannot be started end the run with a message")
  func noWorker() throws {
    let folder = try TestFolder()
    let work = WorkerFolder(folder.run.url.appending(path: "work"))
    let executor = LocalExecutor(
      work,
      settings: .init(executable: URL(filePath: "/bin/false"), workers: 2, timeLimit: 30, clock: RunningClock()))
    #expect {
      try executor.run([.init(Self.request)], hooks: ExecutorHooks { _ in [] })
    } throws: { error in
      if case RunError.noWorker = error { true } else { false }
    }
  }

  @Test("the last words of a worker are part of the reason, and outlive its folder")
  func lastWordsOfLog() throws {
    let (reasons, _) = try Self.run("echo 'madsearch: no \u{1B}[1mroom' >&2; echo sorry >&2; exit 3")
    #expect(reasons == ["its worker ended with exit code 3; its last words: no ?[1mroom / sorry"])
  }

  @Test("a fault of the machine or of an input ends the run and is no result", arguments: [(65, true), (69, false)])
  func fault(status: Int, isBadInput: Bool) throws {
    #expect(throws: RunError.fault(reason: "the corpus is away", isBadInput: isBadInput)) {
      try Self.run("echo 'madsearch: the corpus is away' >&2; exit \(status)")
    }
  }

  @Test("an answer that holds other trainings than asked for is refused, like a crash")
  func wrongAnswer() throws {
    let (reasons, claims) = try Self.run(
      #"echo '{"outcome":[{}]}' > t; rm "claimed/$name.$4"; mv t results/$name; sleep 0.5"#)
    #expect(reasons == ["its worker's answer is not one to what was asked"])
    #expect(claims == 2)
  }

  /// A clock that goes on by itself and may be set forward.
  private final class SteppedClock: RunClock {
    private let clock = RunningClock()
    private let step = Mutex(0.0)
    var seconds: Double { clock.seconds + step.withLock { $0 } }
    func forward(_ seconds: Double) { step.withLock { $0 += seconds } }
  }

  @Test("a worker without a sign of life, by the run's clock, is ended")
  func silence() throws {
    let clock = SteppedClock()
    let thread = Thread {
      for _ in 0..<8 {
        Thread.sleep(forTimeInterval: 0.5)
        clock.forward(61)
      }
    }
    thread.start()
    let (reasons, _) = try Self.run("exec sleep 30", timeLimit: 1e6, clock: clock)
    #expect(reasons == ["its worker showed no life for 60 seconds"])
  }
}
