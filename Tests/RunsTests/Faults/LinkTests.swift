import Foundation
import RunSupport
import Runs
import Testing

@Suite("Links in a run's folder")
struct LinkTests {
  @Test(
    "are refused, and what they lead to stays", arguments: ["work", "trainings", "work/1-2", "trainings/1", "lock"])
  func refused(name: String) throws {
    let run = try MadeUpRun([.init("mlp", scores: 0.5)])
    let victim = run.place.appending(path: "victim")
    try FileManager.default.createDirectory(
      at: victim.appending(path: "results"), withIntermediateDirectories: true)
    let file = victim.appending(path: "results/000000000000000001.json")
    try Data("dear".utf8).write(to: file)
    let link = run.folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: name == "lock" ? file : victim)
    #expect {
      try Coordinator.resume(run.folder)
    } throws: { error in
      if case RunError.link = error { true } else { false }
    }
    #expect(try Data(contentsOf: file) == Data("dear".utf8))
  }
}
