import Foundation
import Runs
import Testing

@Suite("Local executor")
struct LocalExecutorTests {
  /// A worker in shell that claims the first request and then does as told.
  private static func worker(_ folder: TestFolder, _ then: String) throws -> URL {
    let file = folder.run.url.appending(path: "worker.sh")
    let script = """
      #!/bin/sh
      cd "$2" || exit 9
      touch "heartbeats/$4"
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

  private static func run(_ then: String, timeLimit: Double = 30) throws -> (reasons: [String], claims: Int) {
    let folder = try TestFolder()
    let work = WorkerFolder(folder.run.url.appending(path: "work"))
    let executor = LocalExecutor(work, executable: try worker(folder, then), workers: 1, timeLimit: timeLimit)
    var reasons: [String] = []
    let isComplete = try executor.run([.init(request)]) { event in
      switch event {
      case .started: break
      case .failed(_, let reason): reasons.append(reason)
      case .finished(_, .impossible(let reason)): reasons.append("impossible: \(reason)")
      case .finished(_, .outcome): reasons.append("done")
      }
      return []
    }
    #expect(isComplete)
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
    let executor = LocalExecutor(work, executable: URL(filePath: "/bin/false"), workers: 2, timeLimit: 30)
    #expect {
      try executor.run([.init(Self.request)]) { _ in [] }
    } throws: { error in
      if case RunError.noWorker = error { true } else { false }
    }
  }
}
