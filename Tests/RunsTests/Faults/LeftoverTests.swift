import Foundation
import Testing
import Training

@Suite("What killed processes leave")
struct LeftoverTests {
  @Test("is removed with the next file of that name, what living ones write is not")
  func leftovers() throws {
    let folder = try TestFolder()
    let url = folder.run.url.appending(path: "checkpoint")
    // No process has such a number.
    for name in ["checkpoint.4999999.new", "checkpoint.1.new", "checkpoint.x.new", "other.4999999.new"] {
      try Data().write(to: folder.run.url.appending(path: name))
    }
    try WholeFile.write(Data("new".utf8), to: url)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.run.path).sorted()
    #expect(names == ["checkpoint", "checkpoint.1.new", "checkpoint.x.new", "other.4999999.new"])
  }
}
