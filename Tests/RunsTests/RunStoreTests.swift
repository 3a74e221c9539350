import Foundation
import Layouts
import MADTasks
import Runs
import Search
import Testing

@Suite("Run store")
struct RunStoreTests {
  static let space =
    #"{ "name": "t", "grammar": { "start": "l", "rules": { "l": { "choice": ["swiglu", "mlp"] } } } }"#

  static let settings = RunSettings(
    name: "test", space: space, rungs: [MADRung(.screen)], strategy: "random", seeds: [], candidates: 3, seed: .max,
    scale: ObjectiveScale(
      objectives: [.quality, .state], floors: [0.1], limits: .init(state: 1000, flops: 1e6, parameters: 1e5)))

  @Test("what was stored is there after opening again, and adding it once more changes nothing")
  func roundTrip() throws {
    let folder = try TestFolder()
    let space = try Space(parsing: Data(Self.space.utf8))
    let proposals = try ["swiglu", "mlp"].map { try space.proposal(of: .init(parsing: $0)) }
    do {
      let ledger = try Ledger.create(folder.run, settings: Self.settings)
      for _ in 0..<2 {
        try ledger.propose(
          proposals.map { NewCandidate(proposal: $0, origin: .search, hybrid: nil) }, round: 0, seed: .max)
      }
      try ledger.start(1, attempt: 1)
      try ledger.fail(2, reason: "no memory")
    }
    let store = try RunStore.open(folder.run)
    #expect(try store.settings() == Self.settings)
    #expect(try store.candidates().map(\.layout) == ["swiglu", "mlp"])
    #expect(try store.candidates().map(\.costs) == proposals.map(\.costs))
    #expect(try store.evaluations().map(\.status) == [.running, .failed])
    #expect(try store.evaluations().allSatisfy { $0.seed == .max })
    #expect(try store.evaluations()[1].reason == "no memory")
    try Ledger.open(folder.run).requeueRunning()
    #expect(try store.evaluations().map(\.status) == [.queued, .failed])
  }

  @Test("a new run on an old one, a run that is not there and a second coordinator are refused")
  func refusals() throws {
    let folder = try TestFolder()
    #expect(throws: RunError.missing(path: folder.run.path)) { try RunStore.open(folder.run) }
    let store = try Ledger.create(folder.run, settings: Self.settings)
    #expect(throws: RunError.exists(path: folder.run.path)) {
      try Ledger.create(folder.run, settings: Self.settings)
    }
    #expect(RunLock.worker(on: folder.run) == nil)
    try withExtendedLifetime(RunLock(folder.run)) {
      #expect(throws: RunError.locked(path: folder.run.path, pid: Int(getpid()))) { try RunLock(folder.run) }
      #expect(RunLock.worker(on: folder.run) == Int(getpid()))
    }
    _ = try RunLock(folder.run)
    withExtendedLifetime(store) {}
  }

  @Test("a damaged archive is called damaged", arguments: [0, 50, 5000, -1])
  func damage(length: Int) throws {
    let folder = try TestFolder()
    do {
      _ = try Ledger.create(folder.run, settings: Self.settings).settings
    }
    let file = folder.run.url.appending(path: "archive.sqlite")
    let path = file.path(percentEncoded: false)
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    var data = try Data(contentsOf: file)
    if length < 0 {
      data.replaceSubrange(0..<16, with: Data(repeating: 7, count: 16))
    } else {
      data = data.prefix(length)
    }
    try data.write(to: file)
    for isReadOnly in [true, false] {
      #expect {
        try RunStore.open(folder.run, isReadOnly: isReadOnly)
      } throws: { error in
        guard case RunError.corrupt(let found, _) = error else { return false }
        return found == path
      }
    }
  }

  @Test("a folder that cannot be written is called so")
  func unwritable() throws {
    #expect {
      try RunFolder(URL(filePath: "/proc/nothing/run")).create()
    } throws: { error in
      if case RunError.unwritable = error { true } else { false }
    }
  }
}

/// A folder for a run that is removed with this value.
final class TestFolder {
  let run: RunFolder

  init() throws {
    run = RunFolder(FileManager.default.temporaryDirectory.appending(path: "madsearch-runs-\(UUID().uuidString)"))
    try run.create()
  }

  deinit { try? FileManager.default.removeItem(at: run.url) }
}
